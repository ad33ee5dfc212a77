//! `protect call`: some fields of one resource of an HTTP API.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::action::field::{FieldError, Type};
use crate::action::indeterminate::Later;
use crate::action::params::params;
use crate::action::{
    About, Action, Applied, Apply, ByHand, Context, Draft, Phase, Plan, PlanResult, Refusal, Reverted, Spec,
    Touch, Undo, Whose,
};
use crate::approval::Permit;
use crate::change::{Found, Level, Standing};
use crate::clock;
use crate::error::{TargetError, TargetErrorKind};
use crate::observation::Kind;
use crate::system::Api;
use crate::system::api::{Reader, Resource, Writer};
use crate::system::fields::{self, Field as JsonField};
use crate::text;

params! {
    /// What it is given.
    pub struct Params {
        path: String = positional Type::Text, "the resource, below the URL of the target: /settings/ttl";
        body: String = flag "body", Type::Text, "the fields to change, as JSON; null takes one away";
        method: Option<String> = flag "method", Type::Choice(&["PATCH", "PUT", "POST"]),
            "how the API wants to be told [default: PATCH]";
        within: Option<String> = flag "within", Type::Text,
            "where in the answer of GET the fields are: /result";
    }
}

/// The registry line.
pub static SPEC: Spec = Spec::of::<Call>(About {
    name: "http.call",
    command: "call",
    phase: Phase::Protect,
    kind: Kind::Api,
    summary: "change what has only an HTTP API: a CDN's TTL, a feature flag",
    help: "Changes the named fields of one resource of an `api` target. What they were is read with GET first and recorded; \
           undo writes exactly these fields back, as long as they are still ours. PATCH and POST send the named fields; PUT \
           sends the whole resource as GET gives it, with these fields in it. A version (ETag) goes along, so that nobody's \
           write in between is lost. Headers with tokens come from the configuration and are never shown. Not for \
           secrets (they would be in the journal). Nothing is written where GET does not show what the fields are.",
    example: "stampede protect call /cache --body '{\"ttl\":3600}'",
    by_hand: ByHand {
        act: &[
            "curl API{path}  # note OLD",
            "curl -X {method} API{path} -H 'content-type: application/json' -d {body}  # PUT: the whole, with it",
        ],
        back: &["curl -X {method} API{path} -H 'content-type: application/json' -d OLD"],
    },
});

/// Longest wait until GET shows what was written: an API may take its time.
const SHOWS: Duration = Duration::from_secs(5);
const LOOK: Duration = Duration::from_millis(250);

/// What the fields become.
fn wanted(params: &Params) -> Result<Vec<(String, Option<Value>)>, String> {
    match serde_json::from_str::<Value>(&params.body) {
        Ok(body @ Value::Object(_)) if body != serde_json::json!({}) => match fields::secret(&body) {
            Some(why) => Err(why),
            None => Ok(fields::named(&body)),
        },
        Ok(_) => Err("expected an object with the fields to change: {\"value\":14400}".into()),
        Err(error) => Err(format!("expected JSON: {error}")),
    }
}

fn method(named: Option<&str>) -> &'static str {
    match named {
        Some("PUT") => "PUT",
        Some("POST") => "POST",
        _ => "PATCH",
    }
}

struct Call;

/// A write and its undo.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Image {
    /// The full address, for whoever does it by hand.
    url: String,
    path: String,
    method: String,
    /// Where in the answer of GET the fields are; empty: it is the resource itself.
    within: String,
    /// Names of headers that carry tokens.
    headers: Vec<String>,
    fields: Vec<JsonField>,
}

impl Image {
    fn reversed(&self) -> Self {
        Self { fields: fields::reversed(&self.fields), ..self.clone() }
    }

    /// The fields from what is there now, whatever that is.
    fn from(mut self, resource: &Value) -> Self {
        self.fields = fields::from(self.fields, resource);
        self
    }

    /// The body that is sent, when `resource` is what is there. Errors: it is no JSON.
    fn body(&self, resource: &Resource) -> serde_json::Result<String> {
        if self.method == "PUT" {
            return resource.whole(&self.within, &self.fields);
        }
        let mut body = serde_json::json!({});
        fields::put(&self.fields, &mut body);
        Ok(body.to_string())
    }

    fn standing(&self, resource: &Value) -> Standing {
        match fields::shows(&self.fields, resource) {
            (true, _) => Standing::Before,
            (_, true) => Standing::After,
            _ => Standing::Drifted(fields::now(&self.fields, resource).into()),
        }
    }

    async fn read(&self, reader: &Reader) -> Result<(Value, Resource), TargetError> {
        let resource = reader.get(&self.path).await?;
        Ok((within(&resource, &self.within).cloned().unwrap_or_default(), resource))
    }
}

/// As curl takes it.
impl fmt::Display for Image {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let url = text::shell_word(&self.url);
        let headers = self.headers.iter().map(|name| format!(" -H {}", header(name))).collect::<String>();
        let json = "-H 'content-type: application/json'";
        if self.method == "PUT" {
            let put = text::shell_word(&self.filter());
            return write!(f, "curl -sf {url}{headers} | jq {put} | curl -X PUT {url}{headers} {json} -d @-");
        }
        let mut named = serde_json::json!({});
        fields::put(&self.fields, &mut named);
        let named = text::shell_word(&named.to_string());
        write!(f, "curl -X {} {url}{headers} {json} -d {named}", self.method)
    }
}

impl Image {
    /// What makes of the answer to GET the body of a PUT, as jq takes it.
    fn filter(&self) -> String {
        let path = |at: &str| serde_json::json!(fields::keys(at));
        let mut steps = Vec::new();
        if !self.within.is_empty() {
            steps.push(format!("getpath({})", path(&self.within)));
        }
        steps.extend(self.fields.iter().map(|field| match &field.after {
            Some(after) => format!("setpath({}; {after})", path(&field.at)),
            None => format!("delpaths([{}])", path(&field.at)),
        }));
        steps.join(" | ")
    }
}

/// A header whose value is a secret: the shell takes it from a variable with its name, `$AUTHORIZATION`.
fn header(name: &str) -> String {
    let variable: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' }).collect();
    format!("{}\": ${variable}\"", text::shell_word(name))
}

fn within<'a>(resource: &'a Resource, pointer: &str) -> Option<&'a Value> {
    resource.body.pointer(pointer).filter(|found| found.is_object())
}

impl Action for Call {
    type System = Api;
    type Image = Image;
    type Params = Params;

    fn check(params: &Params) -> Result<(), FieldError> {
        wanted(params).map(drop).map_err(|why| FieldError::new("body", why))?;
        if !params.path.starts_with('/') {
            return Err(FieldError::new("path", "expected a path that begins with /"));
        }
        match params.within.as_deref() {
            Some(within) if !within.starts_with('/') => {
                Err(FieldError::new("within", "expected a JSON pointer: /result"))
            }
            _ => Ok(()),
        }
    }

    async fn plan(params: &Params, _: &Context<'_>, reader: &mut Reader) -> PlanResult<Image> {
        let input = |why: String| TargetError::new(TargetErrorKind::Input, why);
        let wanted = wanted(params).map_err(input)?;
        let path = &params.path;
        let url = reader.url(path)?;
        let method = method(params.method.as_deref());
        let pointer = params.within.as_deref().unwrap_or_default();
        let resource = reader.get(path).await?;
        let Some(there) = within(&resource, pointer) else {
            let at = if pointer.is_empty() {
                "at its top".into()
            } else {
                format!("at {}", text::escape(pointer))
            };
            return Ok(Plan::Blocked(Refusal::for_want(
                format!("GET {path} gives no object {at}: what the fields are now is not known"),
                "--within POINTER says where they are",
            )));
        };
        let fields: Vec<JsonField> = wanted
            .into_iter()
            .map(|(at, after)| JsonField { before: there.pointer(&at).cloned(), at, after })
            .collect();
        // Whether a null is taken for "take it away" is up to the API; with PUT it is not there.
        if let Some(field) = fields.iter().find(|field| field.before.is_none() && method != "PUT") {
            return Ok(Plan::Blocked(Refusal::for_want(
                format!("GET {path} shows no field {}: there would be no undo", text::escape(&field.at)),
                "--within POINTER says where it is; --method PUT where the API takes the whole",
            )));
        }
        if fields.iter().all(|field| field.before == field.after) {
            return Ok(Plan::AlreadySo(format!("{path} has these fields so already")));
        }
        if let Some((at, number)) = resource.inexact(pointer, &fields) {
            return Ok(Plan::Blocked(Refusal::for_want(
                format!(
                    "{path} has {number} at {}, which the undo would write as another number",
                    text::escape(at)
                ),
                "change it by hand",
            )));
        }
        let mut risk =
            vec!["what comes of it is up to the API: only what GET shows can be verified".to_owned()];
        if resource.etag.as_deref().is_none_or(|etag| etag.starts_with("W/")) {
            risk.push(
                "the API gives no version (ETag): what somebody writes at the same moment is lost".into(),
            );
        }
        let image = Image {
            url: url.to_string(),
            path: path.to_owned(),
            method: method.to_owned(),
            within: pointer.to_owned(),
            headers: reader.headers(),
            fields,
        };
        let count = image.fields.len();
        let many = if count == 1 { "" } else { "s" };
        Ok(Plan::Change(Draft {
            summary: format!("change {count} field{many} of {path} with {method}"),
            commands: Vec::new(),
            forecast: image.fields.iter().map(JsonField::line).collect(),
            risk,
            back: format!(
                "{method} with {} as before",
                if count == 1 { "this field" } else { "these fields" }
            ),
            level: Level::Type,
            parts: vec![(reader.node(), reader.who().await?.id, image)],
        }))
    }

    fn touches(image: &Image) -> Vec<Touch> {
        image.fields.iter().map(|field| Touch::Field(image.url.clone(), field.at.clone())).collect()
    }

    fn commands(image: &Image) -> Vec<String> {
        vec![image.to_string()]
    }

    fn undo_commands(image: &Image) -> Vec<String> {
        vec![image.reversed().to_string()]
    }

    async fn undo_commands_now(image: &Image, drifted: Option<Whose>, reader: &mut Reader) -> Vec<String> {
        if drifted.is_none() {
            return Self::undo_commands(image);
        }
        match image.read(reader).await {
            Ok((there, _)) => vec![image.reversed().from(&there).to_string()],
            Err(_) => Self::undo_commands(image),
        }
    }

    async fn standing(_: &str, image: &Image, reader: &mut Reader) -> Result<Standing, TargetError> {
        let (there, _) = image.read(reader).await?;
        Ok(image.standing(&there))
    }

    async fn apply(
        Apply { images, writer, record, .. }: Apply<'_, '_, Self>,
    ) -> Result<Applied, TargetError> {
        let mut notes = Vec::new();
        for (index, (_, image)) in images.iter().enumerate() {
            let permit = record.planned(index)?;
            if let Err(error) = write(image, writer, &permit).await {
                let later = Later::than(&error);
                while later.again().await {
                    if let Ok((there, _)) = image.read(writer.reader).await
                        && image.standing(&there) == Standing::After
                    {
                        break;
                    }
                }
                return Err(error);
            }
            let since = clock::instant();
            let passed = || clock::instant().saturating_duration_since(since);
            let shows = loop {
                match image.standing(&image.read(writer.reader).await?.0) {
                    Standing::After => break "shows it",
                    _ if passed() >= SHOWS => break "does not show it",
                    _ => clock::sleep(LOOK).await,
                }
            };
            notes.push(format!("GET {shows} after {}", text::duration(passed())));
        }
        Ok(Applied::in_effect(notes))
    }

    fn drifted(_: &str, image: &Image, now: &Found) -> String {
        format!("{}: not ours any more; {now} now", image.path)
    }

    async fn undo(
        Undo { image, force, writer, permit, .. }: Undo<'_, '_, Self>,
    ) -> Result<Reverted, TargetError> {
        let mut back = image.reversed();
        if force.drift.is_some() {
            back = back.from(&image.read(writer.reader).await?.0);
        }
        write(&back, writer, permit).await?;
        Ok(Reverted::whole([]))
    }
}

/// Writes once, from what is there at this moment. Errors: it is not what was planned from.
async fn write(image: &Image, writer: &mut Writer<'_>, permit: &Permit<'_>) -> Result<(), TargetError> {
    let (there, resource) = image.read(writer.reader).await?;
    if !fields::shows(&image.fields, &there).0 {
        let message = format!("{} is not as it was any more, so nothing was changed", image.path);
        return Err(TargetError::new(TargetErrorKind::Input, message)
            .hint("look again: it is planned anew from what is there"));
    }
    let body = image.body(&resource).map_err(|error| {
        TargetError::new(TargetErrorKind::Protocol, format!("{}: no body can be made", image.path))
            .caused_by(error)
    })?;
    writer.send(permit, (method(Some(&image.method)), &image.path), body, resource.etag.as_deref()).await
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn image(method: &str) -> Image {
        Image {
            url: "https://api/x".into(),
            path: "/x".into(),
            method: method.into(),
            within: String::new(),
            headers: vec!["Authorization".into()],
            fields: vec![JsonField { at: "/ttl".into(), before: Some(json!(60)), after: Some(json!(3600)) }],
        }
    }

    #[test]
    fn put_sends_the_whole_and_patch_what_is_named() {
        let resource = Resource::example(r#"{"ttl": 60, "shield": true, "id": 123456789012345678901}"#);
        let body = |image: Image| image.body(&resource).expect("JSON");
        assert_eq!(body(image("PATCH")), r#"{"ttl":3600}"#);
        assert_eq!(body(image("PUT")), r#"{"id":123456789012345678901,"shield":true,"ttl":3600}"#);
        assert_eq!(body(image("PATCH").reversed()), r#"{"ttl":60}"#);
        assert_eq!(
            image("PATCH").to_string(),
            "curl -X PATCH https://api/x -H Authorization\": $AUTHORIZATION\" -H 'content-type: application/json' -d '{\"ttl\":3600}'"
        );
    }
}

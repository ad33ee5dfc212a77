//! `http.call`, by the real binary against a double of an HTTP API.

use serde_json::json;

use crate::support::api::{Api, TOKEN};
use crate::support::binary::{End, Ended, Home};

struct Ground {
    api: Api,
    home: Home,
}

const TYPED: &[&str] = &["--yes", "--confirm", "cdn"];

impl Ground {
    fn new() -> Self {
        let api = Api::start();
        api.put("/settings/ttl", &json!({ "result": { "id": "ttl", "value": 60 }, "success": true }));
        api.put(
            "/backend",
            &json!({ "name": "origin", "shield": null, "ttl": { "default": 60, "max": 90 } }),
        );
        let home = Home::new();
        home.file("stampede.yaml", api.configuration(api.port()));
        Self { api, home }
    }

    async fn call(&self, args: &[&str], more: &[&str]) -> Ended {
        let mut all = vec!["protect", "call"];
        all.extend(args);
        all.push("--no-watch");
        all.extend(more);
        self.says(&all).await
    }

    async fn says(&self, args: &[&str]) -> Ended {
        self.home.stampede(args).spawn().wait().await
    }

    fn wrote(&self) -> Vec<String> {
        self.api.asked().into_iter().filter(|one| !one.starts_with("GET")).collect()
    }
}

/// The whole goes there with PUT, exactly our field comes back, and what others wrote meanwhile stays.
#[tokio::test(flavor = "multi_thread")]
async fn s27_put_changes_the_named_field_and_undo_leaves_what_others_wrote() {
    let ground = Ground::new();
    let args = ["/backend", "--method", "PUT", "--body", r#"{"ttl":{"default":3600}}"#];
    let asked = ground.call(&args, &["--yes"]).await;
    assert_eq!((asked.end, ground.wrote().len()), (End::Code(6), 0), "{asked}");
    assert!(asked.stdout.contains("/ttl/default: 60 -> 3600"), "{asked}");
    let done = ground.call(&args, TYPED).await;
    assert_eq!(done.end, End::Code(0), "{done}");
    let backend = ground.api.get("/backend");
    assert_eq!(backend, json!({ "name": "origin", "shield": null, "ttl": { "default": 3600, "max": 90 } }));
    let mut theirs = backend.clone();
    theirs["ttl"]["max"] = json!(7200);
    ground.api.put("/backend", &theirs);
    let undone = ground.says(&["undo", "--yes", "--confirm", "cdn"]).await;
    assert_eq!(undone.end, End::Code(0), "{undone}");
    assert_eq!(ground.api.get("/backend")["ttl"], json!({ "default": 60, "max": 7200 }));
}

/// What is not named is put there letter by letter; a number that this program could not put back is not touched.
#[tokio::test(flavor = "multi_thread")]
async fn put_keeps_numbers_of_any_length() {
    let ground = Ground::new();
    let text = r#"{"id":123456789012345678901,"share":0.12345678901234567890123,"ttl":60}"#;
    ground.api.put_text("/backend", text);
    let put = ["/backend", "--method", "PUT", "--body"];
    let done = ground.call(&[&put[..], &[r#"{"ttl":3600}"#]].concat(), TYPED).await;
    assert_eq!((done.end, ground.api.text("/backend")), (End::Code(0), text.replace("60", "3600")), "{done}");
    let undone = ground.says(&["undo", "--yes", "--confirm", "cdn"]).await;
    assert_eq!((undone.end, ground.api.text("/backend").as_str()), (End::Code(0), text), "{undone}");
    let refused = ground.call(&[&put[..], &[r#"{"id":5}"#]].concat(), TYPED).await;
    assert_eq!((refused.end, ground.api.text("/backend").as_str()), (End::Code(5), text), "{refused}");
    assert!(refused.stdout.contains("123456789012345678901 at /id"), "{refused}");
}

/// The token comes from the configuration; nobody sees it, and no journal has it.
#[tokio::test(flavor = "multi_thread")]
async fn s30_a_token_is_sent_and_never_shown() {
    let ground = Ground::new();
    let args = ["/backend", "--body", r#"{"name":"shielded"}"#];
    let done = ground.call(&args, TYPED).await;
    assert_eq!(done.end, End::Code(0), "{done}");
    let secret = TOKEN.rsplit(' ').next().unwrap();
    let written = all_text(&ground.home.state());
    assert!(written.contains("shielded") && !written.contains(secret), "{written}");
    assert!(
        done.stdout.contains("-H Authorization\": $AUTHORIZATION\"") && !done.to_string().contains(secret),
        "{done}"
    );
    let wrong = ground.api.configuration(ground.api.port()).replace(secret, "0th3r");
    ground.home.file("stampede.yaml", wrong);
    let denied = ground.call(&args, TYPED).await;
    assert!(denied.stdout.contains("it does not know who we are (401)"), "{denied}");
    assert!(!denied.to_string().contains("0th3r"), "{denied}");
}

/// What would be kept in the journal may be no secret, in whatever action.
#[tokio::test(flavor = "multi_thread")]
async fn s30_an_action_is_given_no_secret() {
    let ground = Ground::new();
    let token = ground.call(&["/backend", "--body", r#"{"edge":{"apiToken":"s3cr3t"}}"#], TYPED).await;
    assert!(token.stderr.contains("/edge/apiToken is the name of a secret"), "{token}");
    let url = ["break", "flag", "--key", "k", "--value", "redis://u:s3cr3t@h/0", "--ttl", "1m"];
    let password = ground.says(&url).await;
    assert!(password.stderr.contains("has a password in it"), "{password}");
    for ended in [token, password] {
        assert_eq!(ended.end, End::Code(64), "{ended}");
        assert!(!ended.to_string().contains("s3cr3t"), "{ended}");
    }
    assert!(!ground.home.state().join("stampede/incidents").exists());
}

/// All that is in the files of a folder.
fn all_text(folder: &std::path::Path) -> String {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let text = |path: std::path::PathBuf| match path.is_dir() {
        true => all_text(&path),
        false => String::from_utf8_lossy(&std::fs::read(path).unwrap()).into_owned(),
    };
    entries.map(text).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_put_back_is_not_done() {
    let ground = Ground::new();
    for (args, words) in [
        (&["/settings/ttl", "--body", r#"{"value":1}"#][..], "GET /settings/ttl shows no field /value"),
        (
            &["/settings/ttl", "--within", "/nowhere", "--body", r#"{"value":1}"#],
            "gives no object at /nowhere",
        ),
        (&["/gone", "--body", r#"{"value":1}"#], "there is no such thing (404)"),
        (&["/../admin", "--body", r#"{"value":1}"#], "the path leads out of the API's own URL"),
    ] {
        let ended = ground.call(args, TYPED).await;
        assert!(ended.to_string().contains(words), "{ended}");
        assert!(matches!(ended.end, End::Code(4 | 5)), "{ended}");
    }
    assert_eq!(ground.wrote(), Vec::<String>::new());
}

/// A field that somebody else has changed since is theirs.
#[tokio::test(flavor = "multi_thread")]
async fn s27_what_others_have_changed_is_not_put_back() {
    let ground = Ground::new();
    let args = ["/backend", "--body", r#"{"ttl":{"default":3600}}"#];
    assert_eq!(ground.call(&args, TYPED).await.end, End::Code(0));
    let mut theirs = ground.api.get("/backend");
    theirs["ttl"]["default"] = json!(5);
    ground.api.put("/backend", &theirs);
    let undone = ground.says(&["undo", "--yes"]).await;
    assert_eq!(ground.api.get("/backend")["ttl"]["default"], 5, "{undone}");
    assert!(undone.to_string().contains("/ttl/default 5"), "{undone}");
}

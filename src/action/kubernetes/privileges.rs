//! The rights that an action needs, asked for before anything is offered (S25).

use crate::action::Refusal;
use crate::error::TargetError;
use crate::system::kubernetes::{Object, Reader, Right};

/// Why it may not be done; none: it may. Errors: the server does not answer that.
pub async fn refusal(
    reader: &Reader,
    verb: &str,
    object: &Object,
    subresource: &str,
) -> Result<Option<Refusal>, TargetError> {
    let right = Right { verb, object, subresource };
    Ok(reader.may(&right).await?.err().map(|reason| {
        let resource = match subresource {
            "" => object.plural.clone(),
            part => format!("{}/{part}", object.plural),
        };
        let why = if reason.is_empty() { String::new() } else { format!(" ({reason})") };
        Refusal {
            rule: Some("S25"),
            why: format!("this account may not {verb} {resource} in namespace {}{why}", object.namespace),
            unblock: format!(
                "{} create role stampede-{verb} --verb={verb} --resource={resource}, and a rolebinding",
                object.kubectl()
            ),
        }
    }))
}

//! Who a customer is: by their own word, or by that of a site.

use super::Door;
use super::chats::wrong;
use super::identity::vouched;
use super::problem::Fault;
use desk_core::Customer;
use std::collections::BTreeMap;

/// Who asks for a chat or leaves a form, and the fields that a site vouches for.
pub(super) struct Person {
    pub(super) customer: Customer,
    pub(super) fields: BTreeMap<String, String>,
}

impl Person {
    /// By what a request says of them.
    ///
    /// # Errors
    /// A field that is missing or wrong.
    pub(super) async fn of(
        door: &Door,
        queue: &str,
        name: Option<String>,
        email: Option<String>,
        identity: Option<String>,
    ) -> Result<Self, Fault> {
        if let Some(identity) = identity {
            let vouched = vouched(door, queue, identity).await?;
            let (name, email) = (vouched.name, vouched.email.trim().into());
            let customer = Customer { name, email, verified: true };
            return Ok(Self { customer, fields: vouched.fields });
        }
        let name = name.ok_or_else(|| Fault::MissingField("name".into()))?;
        let email = email.ok_or_else(|| Fault::MissingField("email".into()))?;
        let (name, email) = (name.trim().into(), email.trim().into());
        let customer = Customer { name, email, verified: false };
        if customer.name.is_empty() {
            return Err(wrong("name", "it must not be empty"));
        }
        Ok(Self { customer, fields: BTreeMap::new() })
    }
}

//! Errors in ServiceNow's words and shape.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::schema::Table;
use crate::store::WriteError;

/// `{"error":{"message":…,"detail":…},"status":"failure"}` under a status.
#[derive(Debug)]
pub(crate) struct ApiError {
    status: StatusCode,
    message: String,
    detail: Option<String>,
}

impl ApiError {
    pub(crate) fn new(status: StatusCode, message: &str, detail: Option<&str>) -> Self {
        Self { status, message: message.to_owned(), detail: detail.map(str::to_owned) }
    }

    pub(super) fn bad_request(message: &str, detail: Option<&str>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, message, detail)
    }

    pub(super) fn invalid_table(name: &str) -> Self {
        Self::bad_request(&format!("Invalid table {name}"), None)
    }

    pub(super) fn no_resource() -> Self {
        Self::bad_request("Requested URI does not represent any resource", None)
    }

    pub(super) fn no_such_method() -> Self {
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "Method not supported", None)
    }

    pub(super) fn no_record() -> Self {
        let detail = "Record doesn't exist or ACL restricts the record retrieval";
        Self::new(StatusCode::NOT_FOUND, "No Record found", Some(detail))
    }

    pub(super) fn forbidden(detail: &str) -> Self {
        Self::new(StatusCode::FORBIDDEN, "Operation Failed", Some(detail))
    }

    pub(super) fn unauthenticated() -> Self {
        let detail = "Required to provide Auth information";
        Self::new(StatusCode::UNAUTHORIZED, "User Not Authenticated", Some(detail))
    }

    pub(super) fn write(error: WriteError, table: &Table) -> Self {
        match error {
            WriteError::Missing => Self::no_record(),
            WriteError::Duplicate => {
                Self::forbidden(&format!("Error during insert of {} (duplicate key)", table.name))
            }
            WriteError::Policy(fields) => Self::new(
                StatusCode::FORBIDDEN,
                &format!("Data Policy Exception: The following fields are mandatory: {fields}"),
                None,
            ),
            WriteError::Full(_) => Self::forbidden(&error.to_string()),
            WriteError::Disk(error) => {
                tracing::error!(%error, "a write failed");
                Self::new(StatusCode::INTERNAL_SERVER_ERROR, "Operation Failed", None)
            }
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let body = json!({
            "error": { "message": self.message, "detail": self.detail },
            "status": "failure",
        });
        let mut response = (self.status, Json(body)).into_response();
        if self.status == StatusCode::UNAUTHORIZED {
            let realm = HeaderValue::from_static("BASIC realm=\"Service-now\"");
            response.headers_mut().insert(header::WWW_AUTHENTICATE, realm);
        }
        response
    }
}

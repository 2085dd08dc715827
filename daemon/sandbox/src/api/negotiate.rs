//! Media types: what a client sends, and what it takes.

use axum::extract::Request;
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::ApiError;

/// Whether the body is said to be of that type, in whatever case and with whatever parameters.
pub(crate) fn is_sent_as(headers: &HeaderMap, wanted: &str) -> bool {
    let value = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    essence(value.unwrap_or_default()).eq_ignore_ascii_case(wanted)
}

/// Answers are JSON: who writes says that they take it, and nobody is sent what they do not take.
pub(super) async fn require(request: Request, next: Next) -> Response {
    let values = request.headers().get_all(header::ACCEPT).iter();
    let accept: Vec<&str> = values.filter_map(|value| value.to_str().ok()).collect();
    let accept = accept.join(",");
    if accept.trim().is_empty() {
        let writes = [Method::POST, Method::PUT, Method::PATCH];
        if writes.contains(request.method()) {
            return ApiError::bad_request("Accept is required", None).into_response();
        }
    } else if !takes_json(&accept) {
        let status = StatusCode::NOT_ACCEPTABLE;
        return ApiError::new(status, "Not acceptable", Some(&accept)).into_response();
    }
    next.run(request).await
}

/// The most exact range that JSON falls into decides.
fn takes_json(accept: &str) -> bool {
    let ranges = ["*/*", "application/*", "application/json"];
    let exactness = |part: &str| ranges.iter().position(|r| essence(part).eq_ignore_ascii_case(r));
    let most = accept.split(',').filter_map(|part| Some((exactness(part)?, is_wanted(part))));
    most.max().is_some_and(|(_, wanted)| wanted)
}

fn essence(value: &str) -> &str {
    value.split(';').next().unwrap_or_default().trim()
}

/// A quality of nought excludes.
fn is_wanted(part: &str) -> bool {
    let quality = part.split(';').skip(1).find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.trim().eq_ignore_ascii_case("q").then(|| value.trim())
    });
    quality.is_none_or(|value| value.parse::<f32>().is_ok_and(|value| value > 0.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_exact_range_decides() {
        for (accept, takes) in [
            ("*/*", true),
            ("Application/JSON; charset=utf-8", true),
            ("application/xml, application/*;q=0.1", true),
            ("application/xml", false),
            ("application/jsonx", false),
            ("text/*", false),
            ("application/json;q=0, */*", false),
            ("*/*;q=0.0", false),
            ("*/*;q=0, application/json", true),
        ] {
            assert_eq!(takes_json(accept), takes, "{accept}");
        }
    }
}

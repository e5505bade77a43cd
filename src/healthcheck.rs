//! `cos-emulator healthcheck`: asks a running emulator whether it is ready.

use cos_emulator::config::base_url::BaseUrl;
use http::StatusCode;

use crate::Failure;
use crate::client;

/// # Errors
/// Nobody listens, the answer is another than 200, or none comes in time.
pub(crate) async fn check(endpoint: &BaseUrl) -> Result<(), Failure> {
    let answer = client::get(endpoint, "/_cos/health/ready").await.map_err(|error| format!("{endpoint}: {error}"))?;
    match answer.status() {
        StatusCode::OK => Ok(()),
        status => Err(format!("{endpoint} answered {status}").into()),
    }
}

//! The axum router: one fallback and the layers around it.
//!
//! A COS operation is named by host, method, query and headers, which path routes cannot express; even `/_cos/…` is an object's
//! key on a bucket's host. So all requests go one way, and [`crate::operations::routes`] is the table.

use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn_with_state;
use http::Extensions;

use crate::server::app::App;
use crate::server::observe::Observer;
use crate::server::{dispatch, observe};

/// `spelling` makes hyper write header names as COS spells them.
pub(super) fn router(app: Arc<App>, spelling: Extensions) -> Router {
    let observer = Arc::new(Observer::new(&app, spelling));
    Router::new().fallback(dispatch::dispatch).layer(from_fn_with_state(observer, observe::observe)).with_state(app)
}

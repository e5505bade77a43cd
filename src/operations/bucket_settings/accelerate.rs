//! PUT and GET Bucket accelerate: `/?accelerate` (436/33411, 436/33412).

use serde::{Deserialize, Serialize};

use crate::domain::accelerate::Acceleration;
use crate::domain::error::Error;
use crate::operations::bucket_settings::document::{self, Document, Unset};
use crate::operations::bucket_settings::element::{choice, given, word};
use crate::operations::context::Context;
use crate::operations::request::RequestBody;
use crate::operations::response::Response;

const STATUS: [(&str, bool); 2] = [("Enabled", true), ("Suspended", false)];

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct AccelerateConfiguration {
    status: String,
    /// May be left out, and is always said.
    r#type: Option<String>,
}

impl TryFrom<AccelerateConfiguration> for Acceleration {
    type Error = Error;

    fn try_from(configuration: AccelerateConfiguration) -> Result<Self, Error> {
        given(configuration.r#type).map(|text| choice("Type", &text, &[("COS", ())])).transpose()?;
        Ok(Self { is_enabled: choice("Status", &configuration.status, &STATUS)? })
    }
}

impl From<Acceleration> for AccelerateConfiguration {
    fn from(Acceleration { is_enabled }: Acceleration) -> Self {
        Self { status: word(is_enabled, &STATUS), r#type: Some("COS".to_owned()) }
    }
}

impl Document for Acceleration {
    type Wire = AccelerateConfiguration;
    const ROOT: &'static str = "AccelerateConfiguration";
    const UNSET: Unset = Unset::EmptyDocument;
}

pub(crate) async fn put(context: &Context<'_>, body: &mut RequestBody) -> Result<Response, Error> {
    document::put::<Acceleration>(context, body).await
}

pub(crate) fn get(context: &Context<'_>) -> Result<Response, Error> {
    document::get::<Acceleration>(context)
}

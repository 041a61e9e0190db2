//! The fields of bodies, in the words of the API. They are only written.

use gpu_broker_core::source::{CloudInit, CloudInitFile};
use serde::Serialize;

/// API reference, "Create deployment".
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct DeploymentBody<'a> {
    pub(super) provider: &'a str,
    pub(super) offer_id: &'a str,
    pub(super) gpu_type: &'a str,
    pub(super) gpu_count: u32,
    pub(super) region: &'a str,
    pub(super) operating_system: &'a str,
    pub(super) instance_type: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) ssh_key_id: Option<&'a str>,
    #[serde(rename = "ssh_public_key", skip_serializing_if = "Option::is_none")]
    pub(super) ssh_public_key: Option<&'a str>,
    /// Optional in the reference; without it the live API answers 400.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) team_id: Option<&'a str>,
    pub(super) name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) cloud_init: Option<CloudInitBody<'a>>,
    /// Not in the reference; accepted by the live API.
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    pub(super) volume_ids: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) kubernetes_addon: Option<AddOnBody<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CloudInitBody<'a> {
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    pub(super) packages: &'a [String],
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    pub(super) runcmd: &'a [String],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) write_files: Vec<FileBody<'a>>,
}

impl<'a> CloudInitBody<'a> {
    pub(super) fn new(from: &'a CloudInit) -> Self {
        Self {
            packages: &from.packages,
            runcmd: &from.runcmd,
            write_files: from.write_files.iter().map(FileBody::new).collect(),
        }
    }
}

#[derive(Serialize)]
pub(super) struct FileBody<'a> {
    pub(super) path: &'a str,
    pub(super) content: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) owner: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) permissions: Option<&'a str>,
}

impl<'a> FileBody<'a> {
    pub(super) fn new(from: &'a CloudInitFile) -> Self {
        Self {
            path: &from.path,
            content: &from.content,
            owner: from.owner.as_deref(),
            permissions: from.permissions.as_deref(),
        }
    }
}

#[derive(Serialize)]
pub(super) struct AddOnBody<'a> {
    pub(super) version: &'a str,
}

/// API reference, "Add SSH key".
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct KeyBody<'a> {
    pub(super) name: &'a str,
    pub(super) public_key: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) team_id: Option<&'a str>,
}

/// API reference, "Create volume".
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct VolumeBody<'a> {
    pub(super) name: &'a str,
    pub(super) size_in_gb: u64,
    pub(super) provider: &'a str,
    /// Not in the reference; accepted by the live API.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) region: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) team_id: Option<&'a str>,
    pub(super) delete_with_instance: bool,
}

/// API reference, "Update volume".
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct VolumeChange<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) size_in_gb: Option<u64>,
}

/// API reference, "Attach volume" and "Detach volume".
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct AttachmentBody<'a> {
    pub(super) deployment_id: &'a str,
}

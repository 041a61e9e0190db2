//! The body of a `POST /pods/`. Prime API reference, `Body_create_pod_api_v1_pods__post`.

use crate::exact::Exact;
use crate::face::prime::fields::{Fields, parse};
use crate::face::prime::invalid::{Invalid, Refusal};
use crate::offers::GpuOffer;

/// All that `PodRequestConfig` knows: "additionalProperties: false".
const POD_FIELDS: &[&str] = &[
    "name",
    "cloudId",
    "gpuType",
    "socket",
    "gpuCount",
    "diskSize",
    "vcpus",
    "memory",
    "maxPrice",
    "image",
    "customTemplateId",
    "dataCenterId",
    "country",
    "security",
    "envVars",
    "jupyterPassword",
    "sshKeyId",
    "autoRestart",
    "prepaidForHr",
];

/// The image of an order that names none.
const USUAL_IMAGE: &str = "ubuntu_22_cuda_12";

/// What is asked for, as far as it can be told without looking at an offer.
#[derive(Debug, Default)]
pub(super) struct Wish {
    pub(super) provider: String,
    pub(super) cloud_id: String,
    pub(super) gpu_type: String,
    pub(super) socket: String,
    pub(super) gpu_count: u32,
    pub(super) data_center: Option<String>,
    pub(super) country: Option<String>,
    pub(super) security: Option<String>,
    pub(super) name: Option<String>,
    pub(super) team: Option<String>,
    pub(super) image: String,
    pub(super) template: Option<String>,
    pub(super) key: Option<String>,
    pub(super) disks: Vec<String>,
    pub(super) disk_size: Option<u32>,
    pub(super) vcpus: Option<u32>,
    pub(super) memory: Option<u32>,
    pub(super) max_price: Option<Exact>,
    pub(super) prepaid_hours: Option<Exact>,
    pub(super) auto_restart: bool,
}

impl Wish {
    /// Reads the body, and notes all that is wrong with it at once.
    pub(super) fn read(body: &[u8]) -> Result<Self, Refusal> {
        let body = parse(body)?;
        let mut invalid = Invalid::default();
        let whole = Fields::new("body", &body);
        let mut wish = Self::default();
        if let Some(pod) = whole.object("pod", &mut invalid) {
            pod.forbid_others(POD_FIELDS, &mut invalid);
            wish.read_hardware(&pod, &mut invalid);
            wish.read_rest(&pod, &mut invalid);
        }
        if let Some(provider) = whole.object("provider", &mut invalid) {
            wish.provider = owned(provider.needed_text("type", &mut invalid));
        }
        if let Some(team) = whole.maybe_object("team", &mut invalid) {
            wish.team = team.needed_text("teamId", &mut invalid).map(str::to_owned);
        }
        wish.disks = whole
            .texts("disks", &mut invalid)
            .into_iter()
            .map(str::to_owned)
            .collect();
        Ok(invalid.unless(wish)?)
    }

    fn read_hardware(&mut self, pod: &Fields<'_>, invalid: &mut Invalid) {
        self.cloud_id = owned(pod.needed_text("cloudId", invalid));
        self.gpu_type = owned(pod.needed_text("gpuType", invalid));
        self.socket = owned(pod.needed_text("socket", invalid));
        self.gpu_count = pod.needed_count("gpuCount", invalid).unwrap_or_default();
        self.data_center = pod.text("dataCenterId", invalid).map(str::to_owned);
        self.country = pod.text("country", invalid).map(str::to_owned);
        self.security = pod.text("security", invalid).map(str::to_owned);
        if let Some(security) = self.security.as_deref()
            && !["secure_cloud", "community_cloud"].contains(&security)
        {
            let details = "Input should be 'secure_cloud' or 'community_cloud'";
            pod.fault::<()>("security", details, invalid);
        }
        self.disk_size = pod.count("diskSize", invalid);
        self.vcpus = pod.count("vcpus", invalid);
        self.memory = pod.count("memory", invalid);
    }

    fn read_rest(&mut self, pod: &Fields<'_>, invalid: &mut Invalid) {
        self.name = pod.text("name", invalid).map(str::to_owned);
        if self.name.as_deref().is_some_and(|name| !is_name(name)) {
            let details = "Name must hold letters, digits and dashes only, and at least one letter";
            pod.fault::<()>("name", details, invalid);
        }
        let image = pod.text("image", invalid).unwrap_or(USUAL_IMAGE);
        image.clone_into(&mut self.image);
        self.template = pod.text("customTemplateId", invalid).map(str::to_owned);
        self.key = pod.text("sshKeyId", invalid).map(str::to_owned);
        self.max_price = pod.amount("maxPrice", invalid);
        self.prepaid_hours = pod.amount("prepaidForHr", invalid);
        self.auto_restart = pod.flag("autoRestart", invalid).unwrap_or_default();
    }

    /// The image must be one of the offer's, or a template.
    pub(super) fn check_image(&self, offer: &GpuOffer) -> Result<(), Refusal> {
        if self.image == "custom_template" {
            return match self.template {
                Some(_) => Ok(()),
                None => Err(Refusal::detail(400, "Missing field: custom_template_id")),
            };
        }
        if self.image == USUAL_IMAGE || offer.images.contains(&self.image) {
            Ok(())
        } else {
            let text = format!("Image {} is not available for this offer", self.image);
            Err(Refusal::detail(400, text))
        }
    }
}

/// The rule of the broker's own client.
fn is_name(name: &str) -> bool {
    name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-') && name.chars().any(|c| c.is_ascii_alphabetic())
}

fn owned(text: Option<&str>) -> String {
    text.unwrap_or_default().to_owned()
}

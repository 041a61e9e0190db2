//! Requests in plain words.

/// Which of several markets or tiers compete.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Only {
    /// On demand, or secure.
    Usual,
    /// Spot, or community.
    Other,
    /// Both.
    Both,
}

/// What a plan is ranked by first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sort {
    /// The total.
    Total,
    /// The rate.
    Rate,
    /// The total per GPU and hour.
    PerGpu,
    /// What is paid when ordering.
    Upfront,
    /// The launch time.
    Provisioning,
}

/// A request.
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
#[derive(Debug, Clone)]
pub struct Wish {
    /// The GPU models that will do.
    pub models: Vec<&'static str>,
    /// GPUs at the least.
    pub least: u64,
    /// GPUs at the most.
    pub most: Option<u64>,
    /// For how long, as typed.
    pub hours: &'static str,
    /// vCPUs, memory and disk at the least.
    pub sizes: [Option<u64>; 3],
    /// GPUs of one instance at the least.
    pub per_node: Option<u64>,
    /// Instances at the most: `None` as R2 has it, 0 for any.
    pub nodes: Option<u64>,
    /// The Kubernetes add-on.
    pub kubernetes: bool,
    /// On demand, spot, both.
    pub market: Only,
    /// Secure, community, any.
    pub security: Only,
    /// Without prepaid offers.
    pub no_prepaid: bool,
    /// Only this region.
    pub region: Option<&'static str>,
    /// What a EUR is worth.
    pub euro: Option<&'static str>,
    /// Caps on rate, total and up-front amount.
    pub caps: [Option<String>; 3],
    /// Different GPUs in one plan.
    pub mixed: bool,
    /// Different places in one plan.
    pub spread: bool,
    /// What is best.
    pub sort: Sort,
}

impl Wish {
    /// So many H100s for a day.
    pub fn new(least: u64) -> Self {
        Self {
            models: vec!["H100"],
            least,
            most: None,
            hours: "24",
            sizes: [None; 3],
            per_node: None,
            nodes: None,
            kubernetes: false,
            market: Only::Usual,
            security: Only::Usual,
            no_prepaid: false,
            region: None,
            euro: None,
            caps: [const { None }; 3],
            mixed: false,
            spread: false,
            sort: Sort::Total,
        }
    }

    /// The GPUs as they are asked for.
    pub fn gpus(&self) -> String {
        let most = self.most.map_or_else(String::new, |most| format!("..{most}"));
        format!("{}:{}{most}", self.models.join(","), self.least)
    }

    /// The command line that asks for it.
    pub fn arguments(&self) -> Vec<String> {
        let mut words = vec![
            "quote".to_owned(),
            self.gpus(),
            "--hours".to_owned(),
            self.hours.to_owned(),
        ];
        let mut flag = |name: &str, value: Option<String>| {
            if let Some(value) = value {
                words.push(format!("--{name}={value}"));
            }
        };
        let only = |only: Only, names: [&str; 3]| {
            let name = match only {
                Only::Usual => names[0],
                Only::Other => names[1],
                Only::Both => names[2],
            };
            Some(name.to_owned())
        };
        flag("vcpus", self.sizes[0].map(|count| count.to_string()));
        flag("memory", self.sizes[1].map(|count| format!("{count}GB")));
        flag("disk", self.sizes[2].map(|count| count.to_string()));
        flag("gpus-per-node", self.per_node.map(|count| count.to_string()));
        flag(
            "max-nodes",
            self.nodes.map(|nodes| match nodes {
                0 => "any".to_owned(),
                nodes => nodes.to_string(),
            }),
        );
        flag("security", only(self.security, ["secure", "community", "any"]));
        flag("region", self.region.map(str::to_owned));
        flag("fx", self.euro.map(|worth| format!("EUR={worth}")));
        flag("max-price", self.caps[0].clone());
        flag("max-total", self.caps[1].clone());
        flag("max-upfront", self.caps[2].clone());
        let sort = match self.sort {
            Sort::Total => "total",
            Sort::Rate => "rate",
            Sort::PerGpu => "per-gpu",
            Sort::Upfront => "upfront",
            Sort::Provisioning => "provisioning",
        };
        flag("sort-by", Some(sort.to_owned()));
        for (name, set) in [
            ("--kubernetes", self.kubernetes),
            ("--spot", self.market == Only::Other),
            ("--spot-auto", self.market == Only::Both),
            ("--no-prepaid", self.no_prepaid),
            ("--mixed", self.mixed),
            ("--spread", self.spread),
        ] {
            if set {
                words.push(name.to_owned());
            }
        }
        words
    }
}

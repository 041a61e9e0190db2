//! A broker that answers as told, and remembers the truth.

mod account;
mod script;

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use gpu_broker_core::disk::DiskOffer;
use gpu_broker_core::gpu::{Gpu, GpuModel};
use gpu_broker_core::instance::{Instance, InstanceId, Phase};
use gpu_broker_core::money::{Currency, Rate};
use gpu_broker_core::number::Exact;
use gpu_broker_core::offer::{Broker, Offer, Provider};
use gpu_broker_core::place::Place;
use gpu_broker_core::source::{
    Account, Ask, Catalog, Coverage, Deletion, Disks, Ending, ErrorKind, Fleet, FleetTraits, Listing, Order, Outcome,
    Refusal, RefusalKind, Source, SourceError,
};
use jiff::Timestamp;

pub(super) use self::script::{Answer, Delete, Get, List, Wallet};
use super::clock::SteppedClock;

#[derive(Debug)]
struct Truth {
    answers: VecDeque<Answer>,
    list: List,
    /// From the next request to launch on.
    list_later: Option<List>,
    delete: Delete,
    get: Get,
    /// Ids that it was asked to end.
    deleted: Vec<InstanceId>,
    wallet: Wallet,
    weighed: u64,
    machines: Vec<(u64, Instance)>,
    posts: BTreeMap<String, u32>,
    /// The most machines that were there when another was ordered.
    beside: usize,
}

#[derive(Debug)]
pub(super) struct Scripted {
    broker: Broker,
    clock: Arc<SteppedClock>,
    truth: Mutex<Truth>,
    /// What it says no with first.
    refusals: Mutex<VecDeque<Refusal>>,
}

impl Scripted {
    pub(super) fn new(answers: Vec<Answer>, clock: Arc<SteppedClock>) -> Self {
        Self {
            broker: Broker::new("b"),
            clock,
            refusals: Mutex::default(),
            truth: Mutex::new(Truth {
                answers: answers.into(),
                list: List::Whole,
                list_later: None,
                delete: Delete::Works,
                get: Get::Works,
                deleted: Vec::new(),
                wallet: Wallet::Steady,
                weighed: 0,
                machines: Vec::new(),
                posts: BTreeMap::new(),
                beside: 0,
            }),
        }
    }

    pub(super) fn list_as(&self, list: List) {
        self.truth.lock().unwrap().list = list;
    }

    pub(super) fn list_after_post(&self, list: List) {
        self.truth.lock().unwrap().list_later = Some(list);
    }

    pub(super) fn delete_as(&self, delete: Delete) {
        self.truth.lock().unwrap().delete = delete;
    }

    pub(super) fn get_as(&self, get: Get) {
        self.truth.lock().unwrap().get = get;
    }

    /// How often it was asked to end a machine.
    pub(super) fn deletes(&self) -> usize {
        self.truth.lock().unwrap().deleted.len()
    }

    /// Whether the machines of strangers run, and nobody asked to end one.
    pub(super) fn spares_strangers(&self) -> bool {
        let truth = self.truth.lock().unwrap();
        let strange = |one: &&(u64, Instance)| one.1.name.starts_with("somebody");
        let mut strangers = truth.machines.iter().filter(strange);
        strangers.all(|(_, one)| one.phase.is_billable() && !truth.deleted.contains(&one.id))
    }

    pub(super) fn wallet_as(&self, wallet: Wallet) {
        self.truth.lock().unwrap().wallet = wallet;
    }

    /// How often the wallet was read.
    pub(super) fn weighed(&self) -> u64 {
        self.truth.lock().unwrap().weighed
    }

    /// Machines that cost money and are no stranger's.
    pub(super) fn alive(&self) -> usize {
        let truth = self.truth.lock().unwrap();
        truth.machines.iter().filter(|(_, one)| one.phase.is_billable()).count()
            - truth
                .machines
                .iter()
                .filter(|(_, one)| one.name.starts_with("somebody"))
                .count()
    }

    pub(super) fn beside(&self) -> usize {
        self.truth.lock().unwrap().beside
    }

    pub(super) fn posts(&self) -> u32 {
        self.truth.lock().unwrap().posts.values().sum()
    }

    pub(super) fn posts_per_name(&self) -> u32 {
        self.truth.lock().unwrap().posts.values().copied().max().unwrap_or(0)
    }

    pub(super) fn stranger(&self, name: &str) {
        self.stranger_at(name, Some("1"));
    }

    /// One at that price, or of which the broker does not say what it costs.
    pub(super) fn stranger_at(&self, name: &str, rate: Option<&str>) {
        let mut truth = self.truth.lock().unwrap();
        let id = format!("stranger-{}", truth.machines.len());
        let mut machine = self.machine(name, &id, rate.unwrap_or("0"), Phase::Running);
        machine.rate = machine.rate.filter(|_| rate.is_some());
        truth.machines.push((0, machine));
    }

    /// Refuses requests in these ways, before it answers any.
    pub(super) fn refuse(&self, refusals: impl IntoIterator<Item = Refusal>) {
        self.refusals.lock().unwrap().extend(refusals);
    }

    /// Somebody ends all machines at its console.
    pub(super) fn end_elsewhere(&self) {
        for (_, one) in &mut self.truth.lock().unwrap().machines {
            one.phase = Phase::Gone;
        }
    }

    /// No record of any machine is left.
    pub(super) fn forget(&self) {
        self.truth.lock().unwrap().machines.clear();
    }

    fn machine(&self, name: &str, id: &str, rate: &str, phase: Phase) -> Instance {
        Instance {
            broker: self.broker.clone(),
            id: InstanceId::new(id),
            name: name.to_owned(),
            provider: Provider::new("p"),
            gpu: Gpu {
                model: GpuModel::new("H100"),
                memory: None,
                socket: None,
                count: 8,
            },
            place: Place::default(),
            market: None,
            phase,
            status: phase.as_str().to_owned(),
            rate: Some(Rate::new(rate.parse::<Exact>().unwrap(), Currency::USD)),
            billed: None,
            created_at: Some(self.clock.wall_in(Duration::ZERO)),
            ended_at: None,
            ssh: Vec::new(),
            progress: None,
            trouble: None,
        }
    }

    fn error(kind: ErrorKind) -> SourceError {
        SourceError::new(kind, "as scripted")
    }
}

impl Source for Scripted {
    fn broker(&self) -> &Broker {
        &self.broker
    }

    fn catalog(&self) -> &dyn Catalog {
        self
    }

    fn fleet(&self) -> Option<&dyn Fleet> {
        Some(self)
    }

    fn disks(&self) -> Option<&dyn Disks> {
        None
    }
}

#[async_trait]
impl Catalog for Scripted {
    async fn offers(&self, _: &Ask<'_>) -> Listing<Arc<Offer>> {
        Listing::complete(Vec::new())
    }

    async fn disk_offers(&self, _: &Ask<'_>) -> Listing<DiskOffer> {
        Listing::complete(Vec::new())
    }
}

#[async_trait]
impl Fleet for Scripted {
    fn traits(&self) -> FleetTraits {
        FleetTraits::new(60)
    }

    fn scope(&self) -> Option<&str> {
        None
    }

    async fn create(&self, order: &Order, _: Duration) -> Outcome<Instance> {
        self.clock.step(Duration::from_secs(1));
        if let Some(refusal) = self.refusals.lock().unwrap().pop_front() {
            *self.truth.lock().unwrap().posts.entry(order.name.clone()).or_default() += 1;
            return Outcome::Rejected(refusal);
        }
        let mut truth = self.truth.lock().unwrap();
        let answer = truth.answers.pop_front().unwrap_or(Answer::Made);
        if answer == Answer::NotSent {
            return Outcome::NotSent(Self::error(ErrorKind::Transport));
        }
        if let Some(list) = truth.list_later.take() {
            truth.list = list;
        }
        *truth.posts.entry(order.name.clone()).or_default() += 1;
        let there = truth.machines.iter().filter(|(_, one)| one.phase.is_billable()).count();
        truth.beside = truth.beside.max(there);
        let price = order.ceiling.per_hour().to_string();
        let dearer = order.ceiling.times(3).unwrap().per_hour().to_string();
        let id = format!("id-{}", truth.machines.len());
        let phase = if answer == Answer::Failing {
            Phase::Deploying
        } else {
            Phase::Running
        };
        let mut machine = self.machine(
            &order.name,
            &id,
            if answer == Answer::Dearer { &dearer } else { &price },
            phase,
        );
        if answer == Answer::OtherGpu {
            machine.gpu.model = GpuModel::new("A100");
        }
        let now = self.clock.now_ms();
        let made = match answer {
            Answer::LostBefore | Answer::SoldOut | Answer::NotSent => Vec::new(),
            Answer::LostLate(seconds) => vec![(now + seconds * 1000, machine.clone())],
            Answer::Failing => {
                let failed = Instance {
                    phase: Phase::Failed,
                    ..machine.clone()
                };
                vec![(now, failed)]
            }
            Answer::Twice => {
                let second = Instance {
                    id: InstanceId::new("id-second"),
                    ..machine.clone()
                };
                vec![(now, machine.clone()), (now, second)]
            }
            Answer::OthersId => {
                let other = Instance {
                    id: InstanceId::new("id-others"),
                    name: "somebody-elses-too".to_owned(),
                    ..machine.clone()
                };
                let ours = machine.clone();
                machine.id = other.id.clone();
                vec![(now, ours), (now, other)]
            }
            Answer::Made | Answer::LostAfter | Answer::SoldOutAfter | Answer::Dearer | Answer::OtherGpu => {
                vec![(now, machine.clone())]
            }
        };
        truth.machines.extend(made);
        answered(answer, machine)
    }

    async fn get(&self, id: &InstanceId, _: Duration) -> Result<Option<Instance>, SourceError> {
        let truth = self.truth.lock().unwrap();
        let found = truth.machines.iter().find(|(_, one)| one.id == *id);
        let found = found.map(|(_, one)| one.clone());
        match truth.get {
            Get::Works => Ok(found),
            Get::Absent => Ok(None),
            Get::Fails => Err(Self::error(ErrorKind::Unavailable)),
            Get::Nameless => Ok(found.map(|one| Instance {
                name: String::new(),
                ..one
            })),
        }
    }

    async fn list(&self, _: &Ask<'_>, _: Timestamp) -> Listing<Instance> {
        self.clock.step(Duration::from_millis(200));
        let truth = self.truth.lock().unwrap();
        let now = self.clock.now_ms();
        let shown = truth
            .machines
            .iter()
            .filter(|(from, _)| *from <= now)
            .map(|(_, one)| one.clone());
        match truth.list {
            List::Whole => Listing::complete(shown.collect()),
            List::Fails => Listing::failed(Self::error(ErrorKind::Unavailable)),
            List::Empty => Listing::complete(Vec::new()),
            List::Short => Listing {
                coverage: Coverage::Partial(Self::error(ErrorKind::Incomplete)),
                ..Listing::complete(shown.take(1).collect())
            },
        }
    }

    async fn delete(&self, id: &InstanceId, _: Duration) -> Result<Deletion, SourceError> {
        let mut truth = self.truth.lock().unwrap();
        let delete = truth.delete;
        truth.deleted.push(id.clone());
        if let Delete::EarlyUntil(until) = delete {
            let left = until.saturating_sub(self.clock.now_ms());
            if left > 0 {
                return Ok(Deletion::TooEarly(Some(Duration::from_millis(left))));
            }
        }
        if matches!(delete, Delete::Works | Delete::FailsAndDoes | Delete::EarlyUntil(_)) {
            for (_, one) in truth.machines.iter_mut().filter(|(_, one)| one.id == *id) {
                one.phase = Phase::Gone;
            }
        }
        match delete {
            Delete::Works | Delete::SaysSoAndDoesNot | Delete::EarlyUntil(_) => Ok(Deletion::Requested),
            Delete::SaysAbsent => Ok(Deletion::Absent),
            Delete::FailsAndDoes | Delete::Fails => Err(Self::error(ErrorKind::Unavailable)),
            Delete::TooEarly => Ok(Deletion::TooEarly(Some(Duration::from_secs(600)))),
            Delete::KeyRefused => Err(Self::error(ErrorKind::Unauthorised)),
        }
    }

    async fn may_end(&self, _: &InstanceId, _: Duration) -> Result<Ending, SourceError> {
        Ok(Ending {
            allowed: true,
            wait: None,
        })
    }

    fn account(&self) -> &dyn Account {
        self
    }
}

/// What the client hears of it.
fn answered(answer: Answer, machine: Instance) -> Outcome<Instance> {
    match answer {
        Answer::Made | Answer::Dearer | Answer::OtherGpu | Answer::Failing | Answer::Twice | Answer::OthersId => {
            Outcome::Accepted(machine)
        }
        Answer::LostAfter | Answer::LostLate(_) | Answer::LostBefore => {
            Outcome::Unknown(Scripted::error(ErrorKind::Transport))
        }
        Answer::NotSent => Outcome::NotSent(Scripted::error(ErrorKind::Transport)),
        Answer::SoldOut | Answer::SoldOutAfter => Outcome::Rejected(Refusal {
            kind: RefusalKind::OutOfStock,
            message: "not enough stock".to_owned(),
            retry_after: None,
        }),
    }
}

//! What stands below each help text. Every example is run by a test.

pub(super) const PLANNER: &str = "\
Examples:
  planner quote H100:8 --sandbox              try it: no key, no money
  planner quote H100:8 --hours 72             eight H100s for three days
  planner quote A100-80GB:4 --region eu_north,eu_west --explain
  planner quote any:48GB+:2 --max-price 3 -o json
  planner report H100:8 --sandbox --html report.html    a page to hand on
  planner offers H200                         what is for sale, unranked
  planner provision H100:8 --sandbox --yes    launch the best of it
  planner ls --sandbox                        what was launched
  planner terminate --all --sandbox           end it

Keys: set PRIME_API_KEY and SPHERON_API_KEY. Spheron's offers are public.
`planner help exit-status` lists the exit statuses, `planner help offers-file` the
fields of a file with offers of your own.";

pub(super) const QUOTE: &str = "\
Examples:
  planner quote H100:8 --sandbox
  planner quote H100,H200:8 --hours 72 --spot-auto
  planner quote H100:64 --max-nodes any --interconnect infiniband
  planner quote A100:80GB:1 --disk 1TB --memory 200GB --explain
  planner quote H100:8 --fx EUR=1.08 -o json
  planner quote A100:2 --new-disk 2TB         the cheapest pair of machine and disk
  planner quote A100:1 --attach disk-runpod-wa-1 --sandbox   beside a disk of yours
  planner quote H100:8 --save market.json     keep the market that was seen
  planner quote --market market.json          the same request again, offline
  planner quote --profile training            with settings of config.toml
  planner quote H100:8 --watch=60             look again every minute

GPU is NAME[:MEMORY][:COUNT]; several, with commas, are alternatives. The socket
and the memory may be in the name: H100-SXM, A100-80GB. COUNT is 8 (at least 8),
8..8 (exactly), 4..8 or 16+. `any:80GB+` asks by memory alone. MEMORY is 80GB, give
or take a tenth because vendors and brokers disagree, or 48GB+ or 24GB..80GB.";

pub(super) const COMPARE: &str = "\
Examples:
  planner compare H100:8 --sandbox
  planner compare H100:1 --from 24 --to 90d --plot terms.svg
  planner compare A100:4 --interruptions-per-day 2 --checkpoint-minutes 30 --plot-terminal

Each class has the best plan of its own offers: on demand by the hour, prepaid,
spot, and community machines. `--spot` leaves the other classes out.";

pub(super) const PROVISION: &str = "\
Examples:
  planner provision --sandbox                           asks what to launch, and tells prices
  planner provision H100:8 --sandbox --dry-run          what would be launched, and what it costs
  planner provision H100:8 --max-price 20 --max-duration 8h
  planner provision --quote q_0123456789abcdef --plan 2 --yes
  planner provision A100:1 --count 4 --best-effort --ssh-key ~/.ssh/id_ed25519.pub
  planner provision A100:2 --new-disk 2TB               a disk beside it, which outlives it
  planner provision A100:1 --cloud-init setup.yaml --broker spheron

At most one request is sent for each machine, and it is written down before it
is sent. Where nobody knows what came of it, nothing more is ordered: status 7,
and `planner reconcile` finds out.";

pub(super) const LS: &str = "\
Examples:
  planner ls                      what runs, and what may
  planner ls --all -o json        what is gone as well
  planner ls --offline            ask nobody: what the journal knows
  planner ls --watch=10           look again every ten seconds";

pub(super) const SHOW: &str = "\
Examples:
  planner show 99f671a4           the beginning of an id or a name will do
  planner show 99f671a4 --offline -o json";

pub(super) const TERMINATE: &str = "\
Examples:
  planner terminate 99f671a4
  planner terminate --launch 6b7c5enf     every machine of a launch
  planner terminate --expired --yes       what should have ended by now
  planner terminate --all

It is done when the brokers' own listings have said that the machines are gone;
otherwise it ends with status 7, and says what still runs and what it costs.";

pub(super) const RECONCILE: &str = "\
Examples:
  planner reconcile
  planner reconcile --watch --for 8h      end machines at their time
  planner reconcile --terminate-orphans --yes

Status 7 while something of ours may be alive that the journal cannot account
for. A damaged journal is begun anew from the brokers' lists with --from-tags.";

pub(super) const RESOLVE: &str = "\
Examples:
  planner resolve gp-zdglw7-6b7c5enf --absent       nothing came of it
  planner resolve 99f671a4 --adopt 99f671a4         an orphan of ours: keep it";

pub(super) const AUDIT: &str = "\
Examples:
  planner audit
  planner audit -o csv > billed.csv

Every machine that costs money at the brokers, ours or not, and the disks that
were launched from here; `planner disks` lists all disks that are owned. Status
7 when something of ours is among it that the journal does not know, or is
missing.";

pub(super) const EXTEND: &str = "\
Examples:
  planner extend 99f671a4 --by 4h
  planner extend 99f671a4 --until 2099-12-31T18:00:00Z

A machine ends at its time when a planner looks after it then, such as
`planner reconcile --watch`. It may not come to cost more than its caps allow.";

pub(super) const DOCTOR: &str = "\
Examples:
  planner doctor
  planner doctor --broker prime -o json";

pub(super) const OFFERS: &str = "\
Examples:
  planner offers H200
  planner offers any:80GB+ --region eu_north --max-offers 5
  planner offers -o jsonl > offers.jsonl  as `--offers` reads them";

pub(super) const DISKS: &str = "\
Examples:
  planner disks
  planner disks --max-offers 5 -o csv";

pub(super) const GPUS: &str = "\
Examples:
  planner gpus
  planner gpus --max-offers 5 -o json";

pub(super) const DIFF: &str = "\
Examples:
  planner diff monday.json tuesday.json
  planner diff monday.json tuesday.json --max-increase 5%    status 5 beyond
  planner diff monday.json tuesday.json A100:8 --hours 72

The request is the one that the first file keeps, unless a GPU is named.";

pub(super) const VERIFY: &str = "\
Examples:
  planner quote H100:64 --max-nodes any --save market.json -o json > quote.json
  planner verify quote.json --market market.json

The search for the best plans is done again by other means, slower and plainer.
Without --market only what the quote says of itself can be checked. Exit status
5 when something does not hold; `planner help exit-status` lists the others.";

pub(super) const SANDBOX: &str = "\
Examples:
  planner sandbox                             prints the two addresses and serves
  planner sandbox --prime-port 0 --spheron-port 0 --latency-ms 80
  planner sandbox --fault stock:2 --fault prime:delete/500-before:p=0.1
  planner sandbox --enforce-minimum --listing-lag 20 --state world.json

A fault is NAME, BROKER:NAME or OP/NAME, and `:3` for the next three times or
`:p=0.1` for one in ten; `curl $PRIME_API_BASE_URL/sandbox/faults` lists them.
The world that `--sandbox` shares is kept in the data folder: --keep serves it.";

pub(super) const CONFIG: &str = "\
Examples:
  planner config show
  planner config show --profile training";

pub(super) const CONFIG_SHOW: &str = "\
Examples:
  planner config show
  planner config show --hours 72 -o json      as a quote with this flag would have it

A flag wins over the environment, that over the profile, that over the defaults of
the file, those over what is built in. `planner help config-file` describes the file.";

pub(super) const COMPLETION: &str = "\
Examples:
  planner completion bash > ~/.local/share/bash-completion/completions/planner
  planner completion zsh > ~/.zfunc/_planner  a folder that is in $fpath
  planner completion fish > ~/.config/fish/completions/planner.fish";

pub(super) const MAN: &str = "\
Examples:
  planner man quote > planner-quote.1
  planner man --dir ~/.local/share/man/man1";

pub(super) const REPORT: &str = "\
Examples:
  planner report H100:8 --sandbox --html report.html    a page: plans, line items, plot, reasons
  planner report H100:8 --hours 72 --sandbox            Markdown for a pull request
  planner report q_0123456789abcdef --html report.html  a quote that `planner quote` made here
  planner quote H100:8 --save market.json -o json > quote.json
  planner report quote.json --market market.json        one from anywhere, with its market

The page loads nothing and runs nothing. A quote that was kept is checked first,
as `planner verify` does, and one that does not hold is refused with status 5.
Without its market the plot of totals by hours is left out.";

pub(super) const SCHEMA: &str = "\
Examples:
  planner schema
  planner schema quote > quote.schema.json";

pub(super) const HELP: &str = "\
Examples:
  planner help quote
  planner help exit-status
  planner help offers-file
  planner help config-file";

//! What is learnt of accounts and of what brokers sell: who is there, what is paid, what is sold out, how late lists are.

use std::time::Duration;

use gpu_broker_core::offer::Broker;

use crate::clock::Stamp;
use crate::launch::account::Account;
use crate::launch::event::{Known, SoldOut, Wallet};
use crate::launch::state::{Attempt, SoldOutView, State, WalletSays};

impl State {
    pub(super) fn learn(&mut self, known: Known, at: &Stamp) {
        let account = self.accounts.entry(known.account.clone()).or_default();
        if !known.alive.is_empty() || !known.ended.is_empty() {
            account.ever.get_or_insert_with(|| at.clone());
        }
        account.alive.extend(known.alive);
        account.ended |= !known.ended.is_empty();
        for id in known.ended.iter().chain(&known.traceless) {
            account.alive.remove(id);
        }
        // All that was ever there left no trace: it may have been another
        // account's, and what ours shows is not known (F68).
        if !known.traceless.is_empty() && account.alive.is_empty() && !account.ended {
            account.ever = None;
            let open = self.attempts.values_mut().filter(|one| one.stage.is_open());
            for one in open.filter(|one| one.ordered.account() == known.account) {
                one.wallet = WalletSays::Nothing;
            }
        }
    }

    /// What a wallet says counts for every request whose outcome is open.
    pub(super) fn weigh(&mut self, wallet: &Wallet) {
        let open = self.attempts.values_mut().filter(|one| one.stage.is_open());
        for one in open.filter(|one| one.ordered.account() == wallet.account) {
            one.wallet = match one.wallet {
                WalletSays::Nothing if wallet.purse.is_some() => WalletSays::Steady,
                WalletSays::Steady if wallet.fell => {
                    "the account's wallet fell, and no listing shows why".clone_into(&mut one.note);
                    WalletSays::Fell
                }
                says => says,
            };
        }
        self.accounts.entry(wallet.account.clone()).or_default().purse = wallet.purse;
    }

    /// A listing shows a machine of ours: from now on it can be held against that
    /// whether it shows all, and whoever is doubted is doubted anew.
    pub(in crate::launch::state) fn shows_ours(&mut self, account: &Account, at: &Stamp) {
        let asked = |one: &&mut Attempt| one.wallet != WalletSays::Unasked && one.ordered.account() == *account;
        for one in self.attempts.values_mut().filter(asked) {
            one.wallet = WalletSays::Unasked;
            if one.quiet_from.is_some() {
                one.quiet_from = Some(at.clone());
                one.looks = 0;
            }
        }
    }

    pub(super) fn sell_out(&mut self, sold_out: SoldOut, at: &Stamp) {
        let offer = (sold_out.broker, sold_out.offer, sold_out.place);
        let view = self.sold_out.entry(offer).or_insert_with(|| SoldOutView {
            last: at.clone(),
            times: 0,
        });
        view.last = at.clone();
        view.times += 1;
    }

    pub(super) fn lag(&mut self, broker: Broker, lag_ms: Option<u64>) {
        if let Some(lag_ms) = lag_ms {
            let lags = self.lags.entry(broker).or_default();
            lags.count += 1;
            lags.longest = lags.longest.max(Duration::from_millis(lag_ms));
        }
    }
}

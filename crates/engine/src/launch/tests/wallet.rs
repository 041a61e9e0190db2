//! What the wallet says of an account in which nothing was ever seen.

use super::*;

#[tokio::test]
async fn an_account_that_was_always_empty_is_believed_when_its_wallet_stands_still() {
    for (wallet, expected) in [
        (Wallet::Steady, Stage::Absent),
        // Amounts that cannot be compared have not fallen.
        (Wallet::Changes, Stage::Absent),
        (Wallet::Falls, Stage::Unknown),
        (Wallet::Fails, Stage::Unknown),
        (Wallet::Others, Stage::Unknown),
    ] {
        let world = World::new(vec![Answer::LostBefore]);
        world.broker.wallet_as(wallet);
        let report = world.provision(&wish(vec![vec![unit("best", "10")]])).await;
        assert_eq!(report.end, End::Unknown, "{wallet:?}");
        world.engine().watch(Duration::from_secs(780)).await.unwrap();
        let stage = |world: &World| world.engine().state().attempts.values().next().unwrap().stage;
        assert_eq!(stage(&world), Stage::Unknown, "{wallet:?}, before a quarter of an hour");
        world.engine().watch(Duration::from_secs(1_000)).await.unwrap();
        assert_eq!(stage(&world), expected, "{wallet:?}");
        // A wallet that can be read at last is watched for as long again; so is one
        // that fell, once a new machine explains why.
        if matches!(wallet, Wallet::Fails | Wallet::Falls) {
            if wallet == Wallet::Falls {
                world.broker.stranger("somebody-elses");
            } else {
                world.broker.wallet_as(Wallet::Steady);
            }
            world.engine().watch(Duration::from_secs(840)).await.unwrap();
            assert_eq!(stage(&world), Stage::Unknown, "{wallet:?}");
            world.engine().watch(Duration::from_secs(120)).await.unwrap();
            assert_eq!(stage(&world), Stage::Absent, "{wallet:?}");
        }
    }
}

#[tokio::test]
async fn a_wallet_is_read_only_where_a_listing_proves_little() {
    for (answer, used, expected) in [
        (Answer::Made, false, 1),
        (Answer::SoldOut, false, 2),
        (Answer::LostBefore, true, 0),
        (Answer::Made, true, 0),
    ] {
        let world = World::new(vec![answer]);
        if used {
            world.broker.stranger("somebody-elses");
        }
        world
            .provision(&wish(vec![vec![unit("best", "10")], vec![unit("next", "11")]]))
            .await;
        assert_eq!(world.broker.weighed(), expected, "{answer:?} {used}");
    }
}

//! The solver against every combination there is, and what is no answer.

use super::*;
use crate::dice::Dice;
use crate::market;
use crate::reckon::{First, best, by_force};
use crate::ware::Shelf;

/// The solver against every combination there is, and against the table.
#[test]
fn the_solver_finds_what_trying_everything_finds() {
    let (mut plans, mut capped, mut skipped) = (0, 0, 0);
    for seed in 0..1_000 {
        let mut dice = Dice::new(seed);
        let size = dice.pick(&[3, 5, 7]);
        let wares = market::wares(&mut dice, size);
        let mut wish = market::wish(&mut dice);
        wish.least = wish.least.min(8);
        wish.most = wish.most.map(|most| most.clamp(wish.least, 9));
        if matches!(wish.sort, Sort::PerGpu | Sort::Provisioning) {
            wish.sort = Sort::Total;
        }
        let Ok(programs) = Milp::of(&wares, &wish) else {
            skipped += 1;
            continue;
        };
        let expected = by_force(&wares, &wish).map(|best| best.first);
        let found = programs.solve().unwrap();
        assert_eq!(found.map(First::Money), expected, "seed {seed}: {wish:?}");
        if wish.caps.iter().all(Option::is_none) {
            assert_eq!(best(&wares, &wish).map(|best| best.first), expected, "seed {seed}");
        } else {
            capped += 1;
        }
        plans += u32::from(expected.is_some());
    }
    assert!(
        plans > 200 && capped > 40 && skipped < 200,
        "{plans} plans, {capped} with a cap, {skipped} skipped"
    );
}

/// Plans less than a billionth apart: to a gap of 1e-4 they are all the best.
#[test]
fn a_tiny_difference_is_seen() {
    let mut wares: Vec<Ware> = Vec::new();
    for (id, gpus, price) in [
        ("a", 3, "9.0000009"),
        ("b", 5, "15"),
        ("c", 2, "6.0000001"),
        ("d", 8, "24.000001"),
    ] {
        let mut ware = Ware::new(Shelf::Spheron, id, gpus, price);
        ware.units = Some(400);
        wares.push(ware);
    }
    let wish = Wish {
        hours: "1",
        nodes: Some(0),
        ..Wish::new(1_001)
    };
    // 199 of b leave six: two of a are dearer than three of c, by 15 ten-millionths.
    let found = Milp::of(&wares, &wish).unwrap().solve().unwrap();
    assert_eq!(found, Fraction::read("3003.0000003"));
}

#[test]
fn what_breaks_a_limit_is_no_answer() {
    let mut ware = Ware::new(Shelf::Spheron, "a", 2, "3");
    ware.units = Some(2);
    let wish = Wish {
        nodes: Some(3),
        most: Some(6),
        ..Wish::new(4)
    };
    let programs = Milp::of(&[ware.clone(), ware], &wish).unwrap();
    let program = &programs.turns[0][0];
    let check = |counts: &[i128], fine: bool| assert_eq!(program.checked(counts).is_ok(), fine, "{counts:?}");
    check(&[2, 0], true);
    check(&[2, 1], true);
    check(&[1, 0], false);
    check(&[3, 0], false);
    check(&[2, 2], false);
    check(&[-1, 2], false);
}

#[test]
fn an_objective_that_is_no_sum_has_no_program() {
    let wares = [Ware::new(Shelf::Prime, "a", 1, "2")];
    for sort in [Sort::PerGpu, Sort::Provisioning] {
        let wish = Wish { sort, ..Wish::new(2) };
        assert!(Milp::of(&wares, &wish).is_err(), "{sort:?}");
    }
}

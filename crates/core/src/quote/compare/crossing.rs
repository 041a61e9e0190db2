//! Where one class becomes cheaper than another.

use std::cmp::Ordering;

use super::shape::Line;
use super::{Class, Course, Crossing, Lead};
use crate::number::Ratio;

/// Every crossing of two classes, by hours.
pub(super) fn crossings(courses: &[Course]) -> Vec<Crossing> {
    let mut found = Vec::new();
    for (at, left) in courses.iter().enumerate() {
        for right in courses.iter().skip(at + 1) {
            pair(left, right, courses, &mut found);
        }
    }
    found.sort_by_key(|crossing| (crossing.at, crossing.cheaper, crossing.dearer));
    found
}

/// The crossings of two classes. Their difference is continuous, and linear
/// between the corners of either.
fn pair(left: &Course, right: &Course, courses: &[Course], found: &mut Vec<Crossing>) {
    let mut corners = left.corners();
    corners.extend(right.corners());
    corners.sort_unstable();
    corners.dedup();
    // Which was the cheaper one when they last differed.
    let mut last = Ordering::Equal;
    for (from, to) in corners.iter().zip(corners.iter().skip(1)) {
        let (Some(before), Some(after)) = (compare_at(left, right, *from), compare_at(left, right, *to)) else {
            continue;
        };
        // A difference at the beginning that was none before began there.
        for (order, at) in [(before, Some(*from)), (after, None)] {
            if order == Ordering::Equal {
                continue;
            }
            if last == order.reverse() {
                // Level at the beginning, they part there; else they meet
                // within.
                let at = at.or_else(|| {
                    if before == Ordering::Equal {
                        Some(*from)
                    } else {
                        meeting(left, right, *from)
                    }
                });
                found.extend(at.and_then(|at| crossing(left, right, order, at, courses)));
            }
            last = order;
        }
    }
}

/// Which of two classes is cheaper at a point.
fn compare_at(left: &Course, right: &Course, at: Ratio) -> Option<Ordering> {
    line(left, at)?.compare_at(line(right, at)?, at)
}

/// The line that a class follows from a point on.
fn line(course: &Course, from: Ratio) -> Option<Line> {
    course.stretch(from)?.shape.line_from(from)
}

/// Where the lines that two classes follow from a corner on meet.
fn meeting(left: &Course, right: &Course, from: Ratio) -> Option<Ratio> {
    line(left, from)?.meets(line(right, from)?)
}

fn crossing(left: &Course, right: &Course, order: Ordering, at: Ratio, courses: &[Course]) -> Option<Crossing> {
    let (cheaper, dearer) = if order == Ordering::Less {
        (left, right)
    } else {
        (right, left)
    };
    let beaten = |other: &Course| compare_at(other, cheaper, at) == Some(Ordering::Less);
    Some(Crossing {
        at,
        cheaper: cheaper.class,
        dearer: dearer.class,
        total: cheaper.total_at(at)?,
        leads: !courses.iter().any(beaten),
    })
}

/// The cheapest class from each crossing on.
pub(super) fn leads(courses: &[Course], crossings: &[Crossing], start: Ratio, end: Ratio) -> Vec<Lead> {
    // Classes that begin level part at a corner without crossing.
    let mut points: Vec<Ratio> = crossings.iter().map(|crossing| crossing.at).collect();
    points.extend(courses.iter().flat_map(Course::corners));
    points.extend([start, end]);
    points.sort_unstable();
    points.dedup();
    let mut leads: Vec<Lead> = Vec::new();
    for (from, to) in points.iter().zip(points.iter().skip(1)) {
        let Some(class) = Ratio::between(*from, *to).and_then(|within| cheapest(courses, within)) else {
            continue;
        };
        if leads.last().is_none_or(|last| last.class != class) {
            leads.push(Lead { from: *from, class });
        }
    }
    leads
}

/// The cheapest class at a point, the first of equals.
fn cheapest(courses: &[Course], at: Ratio) -> Option<Class> {
    let mut classes = courses.iter().filter(|course| course.stretch(at).is_some());
    let first = classes.next()?;
    let cheaper = |best, other| match compare_at(other, best, at) {
        Some(Ordering::Less) => other,
        _ => best,
    };
    Some(classes.fold(first, cheaper).class)
}

//! One environment or all of them, whichever is cheaper.

use std::time::Duration;

use super::support::*;
use crate::client::EnvironmentDirectory;

const OK: &str = payload!("bap-environment-get-response-200-linked-encryption");
const GONE: &str = payload!("bap-environment-get-error-404");
const BAR: &str = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/foo/providers/Microsoft.PowerPlatform/enterprisePolicies/bar";

fn id(number: usize) -> String {
    format!("00000000-0000-0000-0000-{number:012}")
}

fn list(numbers: std::ops::RangeInclusive<usize>) -> String {
    let items: Vec<_> = numbers
        .map(|number| OK.replace(ENVIRONMENT, &id(number)))
        .collect();
    format!(r#"{{"value":[{}]}}"#, items.join(","))
}

async fn read(fixture: &Fixture, number: usize) -> bool {
    let id = id(number).parse().unwrap();
    fixture
        .directory()
        .environment(&fixture.call, &id)
        .await
        .unwrap()
        .is_some()
}

#[tokio::test(start_paused = true)]
async fn a_thousand_reads_cost_a_handful_of_requests() {
    let fixture = Fixture::new([
        json(200, OK),
        json(200, OK),
        json(200, OK),
        json(200, &list(1..=1000)),
    ]);
    // Terraform refreshes ten at a time.
    for start in (1..=1000).step_by(10) {
        let reads = (start..start + 10).map(|number| read(&fixture, number));
        for found in futures_of(reads).await {
            assert!(found);
        }
    }
    assert_eq!(fixture.script.count(), 4);
}

/// Polls all of them together.
async fn futures_of<F: Future<Output = bool>>(work: impl Iterator<Item = F>) -> Vec<bool> {
    let mut work: Vec<_> = work.map(Box::pin).collect();
    let mut results = vec![None; work.len()];
    std::future::poll_fn(|context| {
        for (index, future) in work.iter_mut().enumerate() {
            if results[index].is_none()
                && let std::task::Poll::Ready(result) = future.as_mut().poll(context)
            {
                results[index] = Some(result);
            }
        }
        if results.iter().all(Option::is_some) {
            std::task::Poll::Ready(())
        } else {
            std::task::Poll::Pending
        }
    })
    .await;
    results.into_iter().flatten().collect()
}

#[tokio::test(start_paused = true)]
async fn a_few_reads_never_list() {
    let fixture = Fixture::new([json(200, OK)]);
    for _ in 0..3 {
        assert!(read(&fixture, 1).await);
    }
    assert!(
        fixture
            .script
            .seen()
            .iter()
            .all(|seen| seen.url.contains(ENVIRONMENT))
    );
}

/// A directory that is past its single reads.
async fn warmed(replies: impl IntoIterator<Item = Reply>) -> Fixture {
    let single = [json(200, OK), json(200, OK), json(200, OK)];
    let fixture = Fixture::new(single.into_iter().chain(replies));
    for _ in 0..3 {
        read(&fixture, 1).await;
    }
    fixture
}

#[tokio::test(start_paused = true)]
async fn an_environment_that_the_list_lacks_is_asked_for() {
    let fixture = warmed([json(200, &list(1..=5)), json(404, GONE), json(200, OK)]).await;
    assert!(!read(&fixture, 77).await);
    assert!(read(&fixture, 78).await);
    assert_eq!(fixture.script.count(), 6);
}

#[tokio::test(start_paused = true)]
async fn a_list_grows_old() {
    let fixture = warmed([json(200, &list(1..=5))]).await;
    assert!(read(&fixture, 2).await);
    assert!(read(&fixture, 3).await);
    tokio::time::sleep(Duration::from_secs(61)).await;
    assert!(read(&fixture, 2).await);
    assert_eq!(fixture.script.count(), 5);
}

#[tokio::test(start_paused = true)]
async fn a_list_that_takes_long_is_read_once_for_all_who_wait() {
    let slow = with_header(status(429), "retry-after", "90");
    let fixture = warmed([slow, json(200, &list(1..=5))]).await;
    let found = futures_of((1..=5).map(|number| read(&fixture, number))).await;
    assert_eq!(found, [true; 5]);
    assert_eq!(fixture.script.count(), 5);
}

#[tokio::test(start_paused = true)]
async fn an_environment_we_wrote_to_is_read_alone() {
    let fixture = warmed([json(200, &list(1..=5)), json(200, OK)]).await;
    assert!(read(&fixture, 2).await);
    fixture.directory().forget(&id(2).parse().unwrap());
    assert!(read(&fixture, 3).await);
    assert_eq!(fixture.script.count(), 4);
    assert!(read(&fixture, 2).await);
    assert_eq!(fixture.script.count(), 5);
    assert!(fixture.script.seen()[4].url.contains(&id(2)));
}

#[tokio::test(start_paused = true)]
async fn linked_environments_are_found_by_either_id() {
    let unlinked =
        payload!("bap-environment-get-response-200-not-managed").replace(ENVIRONMENT, &id(9));
    let linked = list(1..=2);
    let body = linked.replace(r#"{"value":["#, &format!(r#"{{"value":[{unlinked},"#));
    let fixture = Fixture::new([json(200, &body)]);
    let directory = fixture.directory();
    let policy = BAR.to_uppercase().parse().unwrap();
    let found = directory
        .linked_to(&fixture.call, Some(&policy), None)
        .await
        .unwrap();
    assert_eq!(found.len(), 2);
    let system_id = "/regions/Europe/providers/Microsoft.PowerPlatform/enterprisePolicies/00000000-0000-0000-0000-000000000003".parse().unwrap();
    let found = directory
        .linked_to(&fixture.call, None, Some(&system_id))
        .await
        .unwrap();
    assert_eq!(found.len(), 2);
    let other = SYSTEM_ID.parse().unwrap();
    assert!(
        directory
            .linked_to(&fixture.call, None, Some(&other))
            .await
            .unwrap()
            .is_empty()
    );
    assert_eq!(fixture.script.count(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_list_from_before_our_write_says_nothing_about_links() {
    let fixture = Fixture::new([json(200, &list(1..=2)), json(200, r#"{"value":[]}"#)]);
    let policy = BAR.parse().unwrap();
    let linked = async |directory: &EnvironmentDirectory| {
        directory
            .linked_to(&fixture.call, Some(&policy), None)
            .await
            .unwrap()
            .len()
    };
    assert_eq!(linked(fixture.directory()).await, 2);
    fixture.directory().forget(&id(1).parse().unwrap());
    assert_eq!(linked(fixture.directory()).await, 0);
}

#[tokio::test(start_paused = true)]
async fn a_failing_list_fails_once_for_all_who_wait() {
    let fixture = warmed([status(500)]).await;
    let one = id(1).parse().unwrap();
    let read = || fixture.directory().environment(&fixture.call, &one);
    let results = tokio::join!(read(), read(), read(), read());
    for result in [results.0, results.1, results.2, results.3] {
        assert_eq!(result.unwrap_err().status(), Some(500));
    }
    // Three single reads, then one request with its five attempts.
    assert_eq!(fixture.script.count(), 8);
}

#[tokio::test(start_paused = true)]
async fn who_may_not_list_reads_one_by_one() {
    let fixture = warmed([status(403), json(200, OK)]).await;
    assert!(read(&fixture, 1).await);
    assert!(read(&fixture, 1).await);
    let lists = fixture
        .script
        .seen()
        .iter()
        .filter(|seen| seen.url.contains("/environments?"))
        .count();
    assert_eq!((lists, fixture.script.count()), (1, 6));
}

#[tokio::test(start_paused = true)]
async fn pages_are_followed_and_strange_elements_left_out() {
    let next = "https://europe.api.bap.microsoft.com/next?$skiptoken=1";
    let body = list(1..=2).replace(
        r#"{"value":["#,
        r#"{"value":[{"name":"legacy"},{"name":7},"#,
    );
    let first = format!(r#"{},"nextLink":"{next}"}}"#, &body[..body.len() - 1]);
    let fixture = Fixture::new([json(200, &first), json(200, &list(3..=4))]);
    let all = fixture
        .client
        .bap()
        .environments(&fixture.call)
        .await
        .unwrap();
    assert_eq!((all.environments.len(), all.unreadable), (4, 2));
    assert!(
        fixture.script.seen()[1]
            .url
            .starts_with("https://europe.api.bap.microsoft.com/next")
    );
}

/// What was read so far is not the whole list, and must not pass for it.
#[tokio::test(start_paused = true)]
async fn pages_that_go_in_circles_are_an_error() {
    let next = "https://api.bap.microsoft.com/next?$skiptoken=1";
    let body = list(1..=2);
    let page = format!(r#"{},"nextLink":"{next}"}}"#, &body[..body.len() - 1]);
    let fixture = Fixture::new([json(200, &page)]);
    let error = fixture
        .client
        .bap()
        .environments(&fixture.call)
        .await
        .unwrap_err();
    assert!(error.to_string().contains("does not end"), "{error}");
    assert!(fixture.script.count() < 5);
}

/// An answer that breaks off, or is none, leaves nothing of it behind for the next attempt.
#[tokio::test(start_paused = true)]
async fn a_repeated_list_has_every_environment_once() {
    let whole = list(1..=3);
    let unavailable = format!("{{\"error\":{{\"code\":\"x\"}},{}", &whole[1..]);
    let fixture = Fixture::new([json(503, &unavailable), json(200, &whole)]);
    let all = fixture.client.bap().environments(&fixture.call).await;
    assert_eq!(all.unwrap().environments.len(), 3);

    for cut in [whole.len() - 1, whole.len() - 2, whole.len() / 2, 12] {
        let fixture = Fixture::new([json(200, &whole[..cut])]);
        let all = fixture.client.bap().environments(&fixture.call).await;
        assert!(all.is_err(), "{cut}");
    }
    let broken = whole.replacen("\"name\":", "\"name\"", 1);
    let fixture = Fixture::new([json(200, &broken)]);
    let all = fixture.client.bap().environments(&fixture.call).await;
    assert!(all.is_err());
}

#[tokio::test(start_paused = true)]
async fn a_byte_order_mark_is_ignored() {
    let marked = format!("\u{feff}{}", list(1..=3));
    let fixture = Fixture::new([json(200, &marked)]);
    let all = fixture.client.bap().environments(&fixture.call).await;
    assert_eq!(all.unwrap().environments.len(), 3);
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_is_no_list_is_an_error() {
    let fixture = Fixture::new([json(200, "{}")]);
    let error = fixture
        .client
        .bap()
        .environments(&fixture.call)
        .await
        .unwrap_err();
    assert!(
        error.to_string().contains("missing field `value`"),
        "{error}"
    );
}

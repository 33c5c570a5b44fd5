-- Question: What was alerted, does it still hold, and whom did it never reach?
-- Answers with: one row per event and channel, what never arrived first and then the newest: rule, sentence, from
-- which night to which, whether it holds in the newest night that was judged (that a night failed or was late is
-- over once it is made), and how its delivery stands (none: nobody was to be told; pending: the copy was made
-- before the night's messages were sent).
WITH newest AS (
    SELECT max(issued_at_utc) AS issued_at_utc
    FROM alerts.evaluations
)

SELECT
    coalesce(deliveries.status, 'none') AS delivery,
    deliveries.channel,
    events.kind,
    events.rule,
    events.sentence,
    events.first_issued_at_utc,
    events.last_issued_at_utc,
    events.last_issued_at_utc >= newest.issued_at_utc AND events.kind <> 'night' AS still_holds,
    deliveries.n_attempts,
    deliveries.error
FROM alerts.events AS events
CROSS JOIN newest
LEFT JOIN alerts.deliveries AS deliveries ON deliveries.event_id = events.event_id
ORDER BY delivery = 'dead_letter' DESC, events.first_issued_at_utc DESC, events.sentence, deliveries.channel;

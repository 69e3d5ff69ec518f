-- Yield per day: how many units were tested, and how many of them passed everything that day.
-- Give since and until as moments, such as 2026-11-01; days are those of UTC.
-- On PostgreSQL first: SET TIME ZONE 'UTC';
-- (Else both are of the session's time zone, there. SQLite knows no other than UTC.)
WITH units AS (
    SELECT date(measured_at) AS day,
           unit_id,
           min(CASE WHEN status = 'passed' THEN 1 ELSE 0 END) AS passed
    FROM measurements
    WHERE measured_at >= :since
      AND measured_at < :until
      AND unit_id IS NOT NULL
      AND status IS NOT NULL
    GROUP BY date(measured_at), unit_id
)
SELECT day,
       count(*) AS tested,
       sum(passed) AS passed,
       round(100.0 * sum(passed) / count(*), 1) AS percent
FROM units
GROUP BY day
ORDER BY day;

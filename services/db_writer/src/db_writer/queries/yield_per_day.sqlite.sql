-- Yield per day: how many units were tested, and how many of them passed everything that day.
-- Give since and until as moments: 2026-11-01, 2026-11-01T08:00:00Z or 2026-11-01 08:00+01:00.
-- What has no zone is UTC, as the days are. A status is read without regard to case; one that is
-- neither passed nor failed, error or terminated is no verdict, and does not count.
WITH units AS (
    SELECT date(measured_at) AS day,
           unit_id,
           min(lower(status) = 'passed') AS passed
    FROM measurements
    WHERE measured_at >= strftime('%Y-%m-%d %H:%M:%f', :since)
      AND measured_at < strftime('%Y-%m-%d %H:%M:%f', :until)
      AND unit_id IS NOT NULL
      AND lower(status) IN ('passed', 'failed', 'error', 'terminated')
    GROUP BY date(measured_at), unit_id
)
SELECT day,
       count(*) AS tested,
       sum(passed) AS passed,
       round(100.0 * sum(passed) / count(*), 1) AS percent
FROM units
GROUP BY day
ORDER BY day;

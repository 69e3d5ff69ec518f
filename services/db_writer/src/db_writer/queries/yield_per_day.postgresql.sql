-- Yield per day: how many units were tested, and how many of them passed everything that day.
-- Give since and until as moments: 2026-11-01, 2026-11-01T08:00:00Z or 2026-11-01 08:00+01:00.
-- What has no zone is UTC, as the days are. A status is read without regard to case; one that is
-- neither passed nor failed, error or terminated is no verdict, and does not count.
WITH given AS (
    SELECT CAST(:since AS text) AS since, CAST(:until AS text) AS until
), span AS (
    SELECT CASE WHEN since ~ ':.*[Zz+-]' THEN CAST(since AS timestamptz)
                ELSE CAST(since AS timestamp) AT TIME ZONE 'UTC' END AS since,
           CASE WHEN until ~ ':.*[Zz+-]' THEN CAST(until AS timestamptz)
                ELSE CAST(until AS timestamp) AT TIME ZONE 'UTC' END AS until
    FROM given
), units AS (
    SELECT date(measured_at AT TIME ZONE 'UTC') AS day,
           unit_id,
           min(CASE WHEN lower(status) = 'passed' THEN 1 ELSE 0 END) AS passed
    FROM measurements
    WHERE measured_at >= (SELECT since FROM span)
      AND measured_at < (SELECT until FROM span)
      AND unit_id IS NOT NULL
      AND lower(status) IN ('passed', 'failed', 'error', 'terminated')
    GROUP BY date(measured_at AT TIME ZONE 'UTC'), unit_id
)
SELECT day,
       count(*) AS tested,
       sum(passed) AS passed,
       round(100.0 * sum(passed) / count(*), 1) AS percent
FROM units
GROUP BY day
ORDER BY day;

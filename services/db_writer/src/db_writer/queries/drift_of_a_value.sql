-- Drift: one value over serial numbers, in the order in which the units were first measured.
-- Give measurement and value as names, such as 'output voltage' and 'voltage'.
SELECT serial_number,
       min(measured_at) AS first_measured_at,
       count(number) AS times,
       avg(number) AS mean,
       min(number) AS lowest,
       max(number) AS highest,
       max(unit) AS unit
FROM flat_results
WHERE measurement = :measurement
  AND value_name = :value
  AND serial_number IS NOT NULL
GROUP BY serial_number
ORDER BY first_measured_at, serial_number;

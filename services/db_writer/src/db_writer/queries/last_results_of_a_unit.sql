-- The last results of a unit, newest first: a row for each output of its last measurements, as many as count says.
SELECT *
FROM flat_results
WHERE measurement_id IN (
    SELECT m.id
    FROM measurements m
    JOIN units_under_test u ON u.id = m.unit_id
    WHERE u.serial_number = :serial_number
    ORDER BY m.measured_at DESC, m.id DESC
    LIMIT :count
)
ORDER BY measured_at DESC, measurement_id DESC, position;

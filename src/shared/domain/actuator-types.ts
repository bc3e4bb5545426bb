/** Hardware types of the contract (8.4). `digital`, `binary` and `switch` are server words for a relay. */
export const actuatorTypes = ['pump', 'relay', 'valve', 'pwm'] as const;
export type ActuatorType = (typeof actuatorTypes)[number];

/** Full scale of `pwm` in an actuator status; commands carry 0.0–1.0 (wire contract 3.1). */
export const PWM_FULL_SCALE = 255;

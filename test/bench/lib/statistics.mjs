export function percentile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  const position = (sorted.length - 1) * share;
  const below = Math.floor(position);
  const rest = position - below;
  return sorted[below] + rest * ((sorted[below + 1] ?? sorted[below]) - sorted[below]);
}

export const median = (values) => percentile(values, 0.5);

/** `0.78–0.85` */
export function spread(values, format = (value) => value.toFixed(2)) {
  return `${format(Math.min(...values))}–${format(Math.max(...values))}`;
}

/** `41,200` */
export const whole = (value) => Math.round(value).toLocaleString('en-US');
export const megabytes = (bytes) => `${(bytes / 1e6).toFixed(0)} MB`;
export const milliseconds = (value) => `${value.toFixed(value < 10 ? 2 : 1)} ms`;

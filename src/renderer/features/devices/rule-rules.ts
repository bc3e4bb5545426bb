import type { OfflineRule } from '../../../shared/wire/messages/config';

/** Cooling switches on above a limit, heating below it. */
export type RuleDirection = 'cooling' | 'heating';

export type Thresholds = { readonly direction: RuleDirection; readonly on: number; readonly off: number };

/** The pair of limits that a rule uses; 0 means "not set" on the wire (wire contract 5.4). */
export function thresholdsOf(rule: OfflineRule): Thresholds {
  return rule.activate_below !== 0
    ? { direction: 'heating', on: rule.activate_below, off: rule.deactivate_above }
    : { direction: 'cooling', on: rule.activate_above, off: rule.deactivate_below };
}

/** The rule with other limits; those of the other direction are taken away. */
export function withThresholds(rule: OfflineRule, { direction, on, off }: Thresholds): OfflineRule {
  const none = { activate_above: 0, deactivate_below: 0, activate_below: 0, deactivate_above: 0 };
  return direction === 'cooling'
    ? { ...rule, ...none, activate_above: on, deactivate_below: off }
    : { ...rule, ...none, activate_below: on, deactivate_above: off };
}

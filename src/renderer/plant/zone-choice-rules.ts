import type { ZoneView } from '../../shared/api/zones';
import { zoneNameProblem } from './zone-model-rules';

/* The choice of a zone in a dialog: none, one of the plant, a new one by name, or leaving the present one. */

export type ZoneChoice =
  | { readonly kind: 'none' }
  | { readonly kind: 'zone'; readonly zoneId: string }
  | { readonly kind: 'new'; readonly name: string }
  | { readonly kind: 'leave' };

/** The value of a choice in a list, and back. */
export function choiceValue(choice: ZoneChoice): string {
  return choice.kind === 'zone' ? `zone:${choice.zoneId}` : choice.kind;
}

/** The choice behind a value; a new zone keeps the name that was typed. */
export function choiceOf(value: string, typedName: string): ZoneChoice {
  if (value.startsWith('zone:')) return { kind: 'zone', zoneId: value.slice('zone:'.length) };
  if (value === 'new') return { kind: 'new', name: typedName };
  return { kind: value === 'leave' ? 'leave' : 'none' };
}

/** Why the choice can't be used, or null. */
export function choiceProblem(choice: ZoneChoice, zones: readonly ZoneView[]): 'empty' | 'taken' | null {
  return choice.kind === 'new' ? zoneNameProblem(choice.name, zones) : null;
}

/** What is offered first: the present zone, else the first of the plant, else a new one. */
export function firstChoice(presentId: string | null, zones: readonly ZoneView[]): ZoneChoice {
  const zoneId = zones.some(({ id }) => id === presentId) ? presentId : zones[0]?.id;
  return zoneId ? { kind: 'zone', zoneId } : { kind: 'new', name: '' };
}

import type { CommandView } from '../../shared/api/control';

/** A command in words, after the name of its device: `pin 18 PWM 36 %`, `set_log_level (level WARNING)`. */
export function commandText({ gpio, command, value, durationS, params }: CommandView): string {
  const pin = gpio === undefined ? '' : `pin ${gpio} `;
  const percent = command === 'PWM' && value !== undefined ? ` ${Math.round(value * 100)} %` : '';
  const duration = durationS ? ` for ${durationS} s` : '';
  const words = Object.entries(params ?? {}).map(([name, one]) => `${name} ${one}`);
  return `${pin}${command}${percent}${duration}${words.length > 0 ? ` (${words.join(', ')})` : ''}`;
}

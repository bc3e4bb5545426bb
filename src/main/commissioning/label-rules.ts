import type { Label } from '../../shared/api/commissioning';
import type { DeviceId } from '../../shared/domain/ids';
import { escapeHtml, htmlPage, printable } from './html-rules';

export type LabelFacts = {
  readonly deviceId: DeviceId;
  readonly name: string;
  /** Name of the zone; null: none. */
  readonly zone: string | null;
  /** Null: no certificate tells it. */
  readonly mac: string | null;
  /** UTC, ISO 8601: of the last certificate, or of now. */
  readonly at: string;
};

/** Name, id, zone, MAC and date, without what is not known; an id that is the name stands there once. */
export function labelLines({ deviceId, name, zone, mac, at }: LabelFacts): string[] {
  const lines = [name, name === deviceId ? '' : deviceId, zone ?? '', mac ?? '', at.slice(0, 'YYYY-MM-DD'.length)];
  return lines.map((line) => printable(line).trim()).filter((line) => line !== '');
}

/** What the code on the label says. */
export function labelCode(deviceId: DeviceId): string {
  return `leitstand:${deviceId}`;
}

// 62 × 29 mm is a common die-cut label (Brother DK-11209); three columns of nine fill an A4 sheet.
const style = `@page { size: A4; margin: 10mm; }
* { box-sizing: border-box; }
body { margin: 0; font: 8pt/1.25 system-ui, sans-serif; color: #000; background: #fff; }
main { display: grid; grid-template-columns: repeat(3, 62mm); gap: 2mm; }
section { width: 62mm; height: 29mm; border: 1px dashed #999; padding: 1mm; display: flex; gap: 1mm; align-items: center; overflow: hidden; break-inside: avoid; }
section svg { width: 25mm; height: 25mm; flex: none; }
p { margin: 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
p:first-child { font-size: 10pt; font-weight: 600; white-space: normal; overflow-wrap: anywhere; max-height: 2.5em; }
div { min-width: 0; }
@media print { section { border-color: transparent; } }`;

/** A page of labels for printing. The SVGs come from the QR code's library and go in as they are; every text is escaped. */
export function labelSheetHtml(labels: readonly Label[], note: string): string {
  const sections = labels.map(
    ({ lines, svg }) =>
      `<section>${svg.trim()}<div>${lines.map((line) => `<p><bdi>${escapeHtml(line)}</bdi></p>`).join('')}</div></section>`,
  );
  const head = note && `<p>${escapeHtml(note)}</p>\n`;
  const body = `${head}<main>\n${sections.join('\n')}\n</main>`;
  return htmlPage({ title: 'Leitstand: labels', style, body });
}

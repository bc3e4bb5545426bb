/*
 * Certificates of what was done to which board, and the labels that go with them. Owns the rows of certificate-store.ts, which are only ever
 * added; called by SetupService at the end of a setup and by the API.
 */
import { toString as qrCode } from 'qrcode';
import { monotonicFactory } from 'ulid';
import type { Certificate, Label, SetupJob } from '../../shared/api/commissioning';
import type { DeviceId, ZoneId } from '../../shared/domain/ids';
import { failure, success, type Result } from '../../shared/domain/result';
import type { Clock } from '../clock';
import type { Journal } from '../journal/journal';
import { certificatesCsv, certificatesHtml } from './certificate-file-rules';
import { certificateOf, isCertifiable } from './certificate-rules';
import type { CertificateStore } from './certificate-store';
import type { Certificates } from './commissioning-room';
import { labelCode, labelLines, labelSheetHtml, type LabelFacts } from './label-rules';

const DEFAULT_PAGE = 100;
/** Certificates in one file: a year of a busy bench, and 10 MB of text. What is older is left out, which the file or its name says. */
export const MAX_EXPORTED = 10_000;
/** Labels on one sheet: 19 pages; a code takes half a millisecond. What is older is left out, which the sheet says. */
export const MAX_LABELS = 500;
/** After so many codes other work gets its turn (about 5 ms). */
const LABELS_PER_TURN = 10;

export type CertificateParts = {
  readonly store: CertificateStore;
  readonly batch: { readonly plant: (write: () => void) => boolean };
  readonly journal: Pick<Journal, 'add'>;
  readonly clock: Clock;
  readonly devices: {
    readonly get: (
      id: DeviceId,
    ) => { readonly name: string; readonly zone: { readonly desired: ZoneId | null } } | undefined;
  };
  readonly zones: { readonly get: (id: ZoneId) => { readonly name: string } | undefined };
};

type TextFile = { fileName: string; mediaType: string; text: string };

export class IssuedCertificates implements Certificates {
  private readonly nextId = monotonicFactory();

  constructor(private readonly parts: CertificateParts) {}

  /**
   * Certifies a setup that has ended; `durationS` by the monotonic clock. Answers with the id, or null when there is nothing to certify or the
   * certificate could not be stored.
   */
  issue(setup: SetupJob, durationS: number): string | null {
    if (!isCertifiable(setup)) return null;
    const { batch, store, journal, clock } = this.parts;
    const nowMs = clock.now();
    const at = new Date(nowMs).toISOString();
    const certificate = certificateOf(setup, { id: this.nextId(nowMs), at, durationS });
    if (!batch.plant(() => store.append(certificate))) return null;
    const { id, chip, mac, imageSha256, parts, operator, deviceId, name, result } = certificate;
    journal.add({
      kind: 'certificate.issued',
      actor: operator,
      ...(deviceId !== null && { deviceId }),
      message: `Certificate of ${name || deviceId || mac}: ${result}`,
      details: {
        certificateId: id,
        result,
        chip,
        mac,
        imageSha256,
        parts: parts.map((part) => ({
          name: part.name,
          ...(part.md5 !== '' && { md5: part.md5 }),
          result: part.result,
        })),
        durationS: certificate.durationS,
      },
    });
    return id;
  }

  /** A page, newest first. `cursor` is the id of the last one seen. */
  page({ deviceId, limit = DEFAULT_PAGE, cursor }: Parameters<Certificates['page']>[0]) {
    const found = this.parts.store.list({
      limit: limit + 1,
      ...(deviceId !== undefined && { deviceId }),
      ...(cursor !== undefined && { beforeId: cursor }),
    });
    const items = found.slice(0, limit);
    const last = items.at(-1);
    return { items, ...(found.length > limit && last && { nextCursor: last.id }) };
  }

  /** All of them, or those since a time, newest first: as CSV, or as a page for printing (and so for PDF). */
  export(format: 'csv' | 'html', since?: string): TextFile {
    const { certificates, isCut } = this.listed(since, MAX_EXPORTED);
    const stem = isCut ? `certificates-newest-${MAX_EXPORTED}` : 'certificates';
    if (format === 'csv') return this.file(`${stem}.csv`, 'text/csv; charset=utf-8', certificatesCsv(certificates));
    return this.file(`${stem}.html`, HTML, certificatesHtml(certificates, cutNote(isCut, MAX_EXPORTED)));
  }

  /** The label of a device of the plant, or of one that was certified and has not arrived there. */
  async label(deviceId: DeviceId): Promise<Result<Label>> {
    const [last] = this.parts.store.list({ deviceId, limit: 1 });
    if (!last && !this.parts.devices.get(deviceId))
      return failure('not_found', `There is no device ${deviceId}, and no certificate of one.`);
    return success(await this.labelOf(deviceId, last));
  }

  /** One label for every device that has passed, in the order of their certificates. */
  async labelSheet(since?: string): Promise<TextFile> {
    const { certificates, isCut } = this.listed(since, MAX_EXPORTED);
    const newest = new Map<DeviceId, Certificate>();
    for (const one of certificates)
      if (one.result === 'passed' && one.deviceId !== null && !newest.has(one.deviceId)) newest.set(one.deviceId, one);
    const chosen = [...newest].slice(0, MAX_LABELS).reverse();
    const labels: Label[] = [];
    for (const [deviceId, certificate] of chosen) {
      labels.push(await this.labelOf(deviceId, certificate));
      if (labels.length % LABELS_PER_TURN === 0) await new Promise<void>((resolve) => void setImmediate(resolve));
    }
    const note = cutNote(isCut || newest.size > MAX_LABELS, labels.length);
    return this.file('labels.html', HTML, labelSheetHtml(labels, note));
  }

  private listed(since: string | undefined, limit: number) {
    const query = { limit: limit + 1, ...(since !== undefined && { since: Date.parse(since) }) };
    const found = this.parts.store.list(query);
    return { certificates: found.slice(0, limit), isCut: found.length > limit };
  }

  private async labelOf(deviceId: DeviceId, certificate: Certificate | undefined): Promise<Label> {
    const { devices, zones, clock } = this.parts;
    const device = devices.get(deviceId);
    const zoneId = device ? device.zone.desired : (certificate?.zoneId ?? null);
    const facts: LabelFacts = {
      deviceId,
      name: device?.name || certificate?.name || deviceId,
      zone: zoneId === null ? null : (zones.get(zoneId)?.name ?? zoneId),
      mac: certificate?.mac ?? null,
      at: certificate?.at ?? new Date(clock.now()).toISOString(),
    };
    const code = labelCode(deviceId);
    // 15 % of the code may be scratched; the white border of four modules belongs to it (ISO/IEC 18004).
    const svg = await qrCode(code, { type: 'svg', errorCorrectionLevel: 'M', margin: 4 });
    return { lines: labelLines(facts), code, svg };
  }

  /** A file whose name tells its day. */
  private file(name: string, mediaType: string, text: string): TextFile {
    const day = new Date(this.parts.clock.now()).toISOString().slice(0, 'YYYY-MM-DD'.length);
    return { fileName: name.replace('.', `-${day}.`), mediaType, text };
  }
}

const HTML = 'text/html; charset=utf-8';

function cutNote(isCut: boolean, count: number): string {
  return isCut ? `Only the newest ${count} are here. Choose a later beginning to get the others piece by piece.` : '';
}

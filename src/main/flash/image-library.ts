import { join } from 'node:path';
import type { ChipFacts, FlashImage } from '../../shared/api/flash';
import type { ChipId } from '../../shared/domain/chips';
import { jobFailure, type JobResult } from '../../shared/domain/job-errors';
import { failure, success, type Result } from '../../shared/domain/result';
import type { Clock } from '../clock';
import type { JournalInput } from '../journal/journal';
import { BackupImages } from './backup-images';
import { BundledImages } from './bundled-images';
import type { Images } from './flash-room';
import type { BackupTarget, ImageSource } from './image-source';
import { ImageUploads, type UploadPiece } from './image-uploads';
import type { LoadedImage } from './loaded-image';
import { UserImages } from './user-images';

export type ImageLibraryParts = {
  /** Of the bundled firmware, with its manifest.json (resources/firmware). */
  readonly firmwareFolder: string;
  /** The console's data; `images` and `backups` are made below it. */
  readonly dataFolder: string;
  readonly clock: Clock;
  readonly journal: { readonly add: (entry: JournalInput) => void };
};

/** Everything that can be flashed: bundled firmware, images that operators added, files of this machine, backups. */
export class ImageLibrary implements Images, ImageSource {
  private readonly bundled: BundledImages;
  private readonly user: UserImages;
  private readonly backups: BackupImages;
  private readonly uploads: ImageUploads;

  constructor(private readonly parts: ImageLibraryParts) {
    this.bundled = new BundledImages(parts.firmwareFolder);
    this.user = new UserImages(join(parts.dataFolder, 'images'));
    this.backups = new BackupImages(join(parts.dataFolder, 'backups'), parts.clock);
    this.uploads = new ImageUploads(parts.clock);
  }

  /** Makes the folders, and removes what an earlier run left half-written. Throws when the data folder cannot be written to. */
  async start(): Promise<void> {
    await this.user.prepare();
    await this.backups.prepare();
  }

  stop(): void {
    this.uploads.stop();
  }

  /** Bundled ones first, then user images and backups, each newest first. */
  readonly list = async (): Promise<readonly FlashImage[]> => {
    const [bundled, user, backups] = await Promise.all([this.bundled.list(), this.user.list(), this.backups.list()]);
    return [...bundled, ...user.toSorted(newestFirst), ...backups.toSorted(newestFirst)];
  };

  readonly add = async (
    piece: UploadPiece,
    actor: string,
  ): Promise<Result<{ receivedBytes: number; image: FlashImage | null }>> => {
    const name = fileName(piece.name);
    const taken = this.uploads.take({ ...piece, name }, actor);
    if (!taken.ok) return taken;
    const { receivedBytes, bytes } = taken.value;
    if (bytes === null) return success({ receivedBytes, image: null });
    const added = await this.user.add(name, bytes, { at: new Date(this.parts.clock.now()).toISOString(), actor });
    if (!added.ok) return added;
    this.note('image.added', `Image ${name} was added`, added.value, actor);
    return success({ receivedBytes, image: added.value });
  };

  readonly remove = async (id: string, actor: string): Promise<Result<{ removed: boolean }>> => {
    const { kind, name } = split(id);
    if (kind === 'bundled') return failure('unsupported', 'The bundled firmware is part of the console and stays.');
    const image = kind === 'user' ? await this.user.remove(name) : kind === 'backup' ? await this.backups.remove(name) : null; // prettier-ignore
    if (image) this.note('image.removed', `Image ${image.name} was removed`, image, actor);
    return success({ removed: image !== null });
  };

  readonly load = async (
    what: { readonly id: string } | { readonly path: string },
  ): Promise<JobResult<LoadedImage>> => {
    if ('path' in what) return await this.user.loadPath(what.path);
    const { kind, name } = split(what.id);
    if (kind === 'bundled') return await this.bundled.load(name);
    if (kind === 'user') return await this.user.load(name);
    if (kind === 'backup') return await this.backups.load(name);
    return jobFailure('image_missing', 'There is no such image. Choose one of the list.', {}, false);
  };

  readonly bundledFor = (chip: ChipId): Promise<JobResult<LoadedImage>> => this.bundled.load(chip);

  readonly backupTarget = (facts: ChipFacts): Promise<JobResult<BackupTarget>> => this.backups.target(facts);

  private note(kind: string, message: string, { id, name, chip, sizeBytes, sha256 }: FlashImage, actor: string): void {
    this.parts.journal.add({ kind, message, actor, details: { id, name, chip, sizeBytes, sha256 } });
  }
}

/** Names that become part of a path are checked here; any other id names nothing. */
function split(id: string): { kind: string; name: string } {
  const [, kind = '', name = ''] = /^(bundled|user|backup):([A-Za-z0-9_-]{1,128})$/.exec(id) ?? [];
  return { kind, name };
}

const MAX_NAME_CHARS = 128;

/** The last part of a path of either kind, without what could disturb a screen, a log or a file system. */
function fileName(name: string): string {
  const last = name.split(/[/\\]/).at(-1) ?? '';
  const clean = last.replace(/[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/gu, '').replace(/["*:<>?|]/g, '_').trim(); // prettier-ignore
  return clean.slice(0, MAX_NAME_CHARS) || 'image.bin';
}

function newestFirst(a: FlashImage, b: FlashImage): number {
  return (b.addedAt ?? '').localeCompare(a.addedAt ?? '', 'en');
}

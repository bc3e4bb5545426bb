import { z } from 'zod';
import { chipIds } from '../../shared/domain/chips';

const sha256Schema = z.string().regex(/^[0-9a-f]{64}$/);
const fileSchema = z.object({
  name: z.string(),
  address: z.int().min(0),
  /** Below the folder of the manifest; never out of it. */
  file: z.string().regex(/^[a-z0-9][a-z0-9_-]*(\/[a-z0-9][a-z0-9_-]*)*\.bin$/),
  sizeBytes: z.int().min(1),
  sha256: sha256Schema,
  md5: z.string().regex(/^[0-9a-f]{32}$/),
});

/** resources/firmware/manifest.json, as scripts/firmware-build.mjs writes it. Fields that flashing does not need are left out. */
export const manifestSchema = z.object({
  format: z.literal(1),
  version: z.string(),
  chips: z.array(
    z.object({
      id: z.enum(chipIds),
      /** `major.minor`. */
      minimumRevision: z.string().regex(/^\d+\.\d+$/),
      parts: z.array(fileSchema).min(1),
      merged: fileSchema,
      partitions: z.array(
        z.object({
          name: z.string(),
          type: z.string(),
          subtype: z.string(),
          address: z.int(),
          sizeBytes: z.int(),
        }),
      ),
    }),
  ),
});
export type FirmwareManifest = z.infer<typeof manifestSchema>;
export type ManifestChip = FirmwareManifest['chips'][number];
export type ManifestPart = ManifestChip['parts'][number];

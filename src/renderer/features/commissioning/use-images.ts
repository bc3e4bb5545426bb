import { useCallback, useEffect, useState } from 'react';
import type { FlashImage } from '../../../shared/api/flash';
import { api, whenConnected } from '../../connection/client';

export type Images = {
  /** Null until the console has told them. */
  readonly images: readonly FlashImage[] | null;
  readonly error: unknown;
  readonly reload: () => Promise<void>;
};

/** The images and backups of the console; read anew with every connection, and when asked. */
export function useImages(): Images {
  const [images, setImages] = useState<readonly FlashImage[] | null>(null);
  const [error, setError] = useState<unknown>(null);
  const reload = useCallback(async () => {
    try {
      setImages(await api.flash.images());
      setError(null);
    } catch (thrown) {
      setError(thrown);
    }
  }, []);
  useEffect(() => whenConnected(() => void reload()), [reload]);
  return { images, error, reload };
}

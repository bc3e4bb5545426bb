import { create } from 'zustand';

type FaceplateStore = {
  /** Key of the actuator whose faceplate is open (`actuatorKey`), or null. */
  readonly actuatorKey: string | null;
  readonly open: (actuatorKey: string) => void;
  readonly close: () => void;
};

/** Which faceplate is open: one at a time, over any screen. */
export const useFaceplate = create<FaceplateStore>((set) => ({
  actuatorKey: null,
  open: (actuatorKey) => set({ actuatorKey }),
  close: () => set({ actuatorKey: null }),
}));

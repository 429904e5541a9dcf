import type { RemotePointer } from "./pointerLayer";
import type { ImageStack } from "./stack";
import type { ViewportCommand } from "./toolCatalogue";
import type { ViewState } from "./viewState";
import type { WindowPreset } from "./windowPresets";

/** What a viewport can be told, whether it shows a stack or a plane. All of it does nothing (and answers false) before the first image. */
export interface ViewportHandle {
  /** Shows what the state says. False when its series or its plane is not hung here or has no such image. */
  applyView(state: ViewState): Promise<boolean>;
  view(): ViewState | undefined;
  stack(): ImageStack | undefined;
  /** Index of the shown image in the stack, from 0; of a plane, the image nearest to its middle. */
  index(): number;
  scrollTo(sopInstanceUid: string, frame: number): Promise<boolean>;
  scrollToIndex(index: number): Promise<void>;
  /** Shows the slice nearest to that point of the patient; planes meet there. */
  jumpToMm(point: [number, number, number]): Promise<boolean>;
  run(command: ViewportCommand): void;
  setPreset(preset: WindowPreset): void;
  reset(): void;
  fit(): void;
  setPlaying(playing: boolean): void;
  setPointer(pointer: RemotePointer): void;
  removePointer(id: string): void;
}

export interface Devices {
  readonly audio: MediaStreamTrack | null;
  readonly video: MediaStreamTrack | null;
  /** What the person should know: "no microphone was found: you hear the others, they don't hear you". */
  readonly problem: string | null;
  stop(): void;
}

const AUDIO: MediaTrackConstraints = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };
const VIDEO: MediaTrackConstraints = {
  width: { ideal: 640 },
  height: { ideal: 360 },
  frameRate: { ideal: 24 },
  facingMode: "user",
};

/**
 * Opens microphone and camera, each on its own: a missing camera must not cost the voice. Never throws: a call can be joined to listen.
 * Browsers give devices only to pages over https or from localhost.
 */
export async function openDevices({ video }: { video: boolean }): Promise<Devices> {
  const media = navigator.mediaDevices as MediaDevices | undefined;
  if (!media) {
    return {
      audio: null,
      video: null,
      problem: "This page is not on https, so the browser gives no microphone: you can listen.",
      stop: () => undefined,
    };
  }
  const open = async (wanted: MediaStreamConstraints): Promise<MediaStreamTrack | DOMException> =>
    media.getUserMedia(wanted).then(
      (stream) => stream.getTracks()[0] ?? new DOMException("none", "NotFoundError"),
      (error: unknown) => (error instanceof DOMException ? error : new DOMException(String(error), "UnknownError")),
    );
  const audio = await open({ audio: AUDIO });
  const picture = video ? await open({ video: VIDEO }) : null;
  const tracks = [audio, picture].filter((track): track is MediaStreamTrack => track instanceof MediaStreamTrack);
  return {
    audio: audio instanceof MediaStreamTrack ? audio : null,
    video: picture instanceof MediaStreamTrack ? picture : null,
    problem: audio instanceof DOMException ? inWords(audio) : null,
    stop: () => {
      for (const track of tracks) track.stop();
    },
  };
}

function inWords(error: DOMException): string {
  if (error.name === "NotAllowedError")
    return "The browser was told not to give the microphone: you hear the others, they don't hear you.";
  if (error.name === "NotFoundError") return "No microphone was found: you hear the others, they don't hear you.";
  return "The microphone could not be opened (is another program using it?): you hear the others, they don't hear you.";
}

import { useEffect, useRef } from "react";

/** Plays a remote voice. Not muted and set to autoplay: joining was the gesture that browsers ask for. */
export function Voice({ track, name }: { track: MediaStreamTrack; name: string }) {
  const element = useRef<HTMLAudioElement>(null);
  useEffect(() => attach(element.current, track), [track]);
  // biome-ignore lint/a11y/useMediaCaption: a live voice has no caption track; the call strip shows who speaks
  return <audio ref={element} autoPlay aria-label={`Voice of ${name}`} />;
}

/** Shows a camera picture; `mirrored` for one's own. */
export function Picture({
  track,
  name,
  mirrored = false,
}: {
  track: MediaStreamTrack;
  name: string;
  mirrored?: boolean;
}) {
  const element = useRef<HTMLVideoElement>(null);
  useEffect(() => attach(element.current, track), [track]);
  return (
    <video
      ref={element}
      autoPlay
      playsInline
      muted
      aria-label={`Camera of ${name}`}
      style={{ width: "100%", height: "100%", objectFit: "cover", transform: mirrored ? "scaleX(-1)" : undefined }}
    />
  );
}

function attach(element: HTMLMediaElement | null, track: MediaStreamTrack): (() => void) | undefined {
  if (!element) return undefined;
  element.srcObject = new MediaStream([track]);
  // Refused only where the page was never touched; the element plays at the next touch then.
  element.play().catch(() => undefined);
  return () => {
    element.srcObject = null;
  };
}

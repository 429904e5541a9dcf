/** Where speech becomes text: the browser's own service, or a speech server by the hub. */
export interface Recogniser {
  /** Listens until `stop`. `heard`: a phrase; final false: it may still change. `ended` with a reason where it was not asked to end. */
  start(heard: (text: string, final: boolean) => void, ended: (why: string | null) => void): void;
  stop(): void;
}

/** The part of the Web Speech API that is used; TypeScript's DOM types leave it out. */
interface SpeechRecognition {
  lang: string;
  continuous: boolean;
  interimResults: boolean;
  onresult:
    | ((event: {
        resultIndex: number;
        results: ArrayLike<ArrayLike<{ transcript: string }> & { isFinal: boolean }>;
      }) => void)
    | null;
  onerror: ((event: { error: string }) => void) | null;
  onend: (() => void) | null;
  start(): void;
  stop(): void;
}
type WithSpeech = {
  SpeechRecognition?: new () => SpeechRecognition;
  webkitSpeechRecognition?: new () => SpeechRecognition;
};

const serviceOf = (window: WithSpeech) => window.SpeechRecognition ?? window.webkitSpeechRecognition;

export const browserListens = (): boolean => serviceOf(globalThis as unknown as WithSpeech) !== undefined;

const WHY: Record<string, string> = {
  "not-allowed": "The browser was not allowed to use the microphone.",
  "service-not-allowed": "This browser's speech service is switched off.",
  "audio-capture": "No microphone was found.",
  network: "The browser's speech service could not be reached.",
  "language-not-supported": "The browser's speech service does not know this language.",
};

/** The browser's own speech service. Some browsers send the sound to their maker: whoever runs the hub decides whether that may be. */
export function browserRecogniser(language: string): Recogniser | null {
  const Service = serviceOf(globalThis as unknown as WithSpeech);
  if (!Service) return null;
  const service = new Service();
  service.lang = language;
  service.continuous = true;
  service.interimResults = true;
  let wanted = false;
  return {
    start(heard, ended) {
      wanted = true;
      let why: string | null = null;
      service.onresult = ({ resultIndex, results }) => {
        for (let at = resultIndex; at < results.length; at++) {
          const result = results[at];
          if (result) heard(result[0]?.transcript ?? "", result.isFinal);
        }
      };
      service.onerror = ({ error }) => {
        // A pause is no error: it goes on listening.
        if (error === "no-speech" || error === "aborted") return;
        why = WHY[error] ?? "The speech service stopped.";
        wanted = false;
      };
      // Browsers end after a pause of their own accord.
      service.onend = () => (wanted ? service.start() : ended(why));
      service.start();
    },
    stop() {
      wanted = false;
      service.stop();
    },
  };
}

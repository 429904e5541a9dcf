import { dateOnly } from "../../../ui/format";
import { Tone } from "../../../ui/tone";

/** Through when a credential holds, and how near that is; never by colour alone. */
export function Expiry({
  credential,
}: {
  credential: {
    state: "coming" | "valid" | "expiring" | "expired";
    firstDay: string;
    lastDay: string;
    daysLeft: number;
  };
}) {
  const { state, daysLeft } = credential;
  const day = (text: string) => dateOnly(text.replaceAll("-", ""));
  switch (state) {
    case "expired":
      return <Tone tone="bad">{`ended ${day(credential.lastDay)}`}</Tone>;
    case "expiring":
      return (
        <Tone tone={daysLeft <= 7 ? "bad" : "wait"}>
          {`${daysLeft === 0 ? "last day today" : `${daysLeft} ${daysLeft === 1 ? "day" : "days"} left`}, ${day(credential.lastDay)}`}
        </Tone>
      );
    case "coming":
      return <Tone tone="wait">{`from ${day(credential.firstDay)}`}</Tone>;
    case "valid":
      return <Tone tone="ok">{`through ${day(credential.lastDay)}`}</Tone>;
  }
}

import { Page } from "../../ui/page";

export default function WorklistPage() {
  return <Page title="Worklist">{null}</Page>;
}

import { Page } from "../../ui/page";

export default function HospitalPage() {
  return <Page title="Hospital">{null}</Page>;
}

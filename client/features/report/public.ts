export { type MeasurementSource, measurementsIn, noMeasurements } from "./editor/measurement";
export { MarkThread, TalkButton } from "./parts/mark-thread";
export { authorColour, ReportEditor, type ReportEditorProps, type ReportHandle } from "./parts/report-editor";
export { ReportPanel, type ReportPanelProps } from "./parts/report-panel";
export { SavedMark, savedWords } from "./parts/saved-mark";
export { SignPanel, type SignPanelProps } from "./parts/sign-panel";
export { PriorReport, SignedView, VersionText } from "./parts/signed-view";
export { prefetchTemplates, useBeginAddition, useBeginReport, useReport, useSign, useTemplates } from "./use-report";

using Dicom2Fhir.Mapping;
using Dicom2Fhir.Store;

namespace Dicom2Fhir.Indexer;

static class KeptFindings
{
    /// <summary>The finding as it is kept with its study.</summary>
    public static KeptFinding Kept(this Finding finding, string studyUid) => new(studyUid, finding.Code, (short)finding.Severity, finding.Where, finding.Text);
}

using Dicom2Fhir.Indexer.Conformance;
using Dicom2Fhir.UnitTests.Conformance;
using Hl7.Fhir.Model;

namespace Dicom2Fhir.UnitTests.Indexer;

public class ReferencesTests
{
    [Fact]
    public void A_performer_goes_with_its_actor()
    {
        var study = Studies.Full(2, 0);
        study.Series[1].Performer.Add(new() { Actor = new("Device/d2"), Function = new("urn:x", "f") });
        References.Remove(study, "Device/d1");
        Assert.Empty(study.Series[0].Performer);
        Assert.Equal("Device/d2", Assert.Single(study.Series[1].Performer).Actor.Reference);
    }

    [Fact]
    public void A_part_of_an_extension_goes_and_the_others_stay()
    {
        var study = Studies.Full(1, 0);
        References.Remove(study, "MedicationAdministration/m1");
        var contrast = study.Series[0].Extension.Single(e => e.Url!.EndsWith("kontrastmittel", StringComparison.Ordinal));
        Assert.Equal("contrastBolus", Assert.Single(contrast.Extension).Url);
    }

    [Fact]
    public void An_extension_without_parts_goes_too()
    {
        var study = Studies.Full(1, 0);
        var contrast = study.Series[0].Extension.Single(e => e.Url!.EndsWith("kontrastmittel", StringComparison.Ordinal));
        contrast.Extension.RemoveAt(0);
        References.Remove(study, "MedicationAdministration/m1");
        Assert.DoesNotContain(contrast, study.Series[0].Extension);
    }

    [Fact]
    public void Nothing_else_changes()
    {
        var study = Studies.Full(2, 2);
        References.Remove(study, "Device/other");
        Assert.True(study.IsExactly(Studies.Full(2, 2)));
    }
}

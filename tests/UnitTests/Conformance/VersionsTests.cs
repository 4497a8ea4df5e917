using Dicom2Fhir.Conformance;
using Hl7.Fhir.Model;

namespace Dicom2Fhir.UnitTests.Conformance;

/// <summary>What another version of the profiles says is the same whether the base rules were applied anew or are known to find nothing.</summary>
public class VersionsTests
{
    static readonly ConformanceEngine Engine = ConformanceEngine.Shipped;

    public static TheoryData<string, bool> Studies => new()
    {
        { "valid", true },
        { "a part of an extension that is none", true },
        { "an extension twice", false },
        { "a quantity of another unit", false },
        { "a base rule broken", false },
        { "an unknown extension", true },
        { "a contained resource", true },
    };

    [Theory]
    [MemberData(nameof(Studies))]
    public void Each_version_says_what_it_says_alone(string which, bool isValid)
    {
        var study = Conformance.Studies.Full(3, 2);
        Change(study, which);
        var reports = Engine.ValidateVersions(study);

        Assert.Equal(3, reports.Count);
        Assert.Equal(isValid, reports[0].Valid);
        foreach (var report in reports.Skip(1))
        {
            var alone = Engine.Validate(study, ValidateOptions.Default with { Instead = Engine.Compiled.Single(profile => profile.Canonical == report.ProfileJudgedBy) });
            Assert.Equal(alone.Issues, report.Issues);
            Assert.Equal((alone.Valid, alone.ProfileJudgedBy), (report.Valid, report.ProfileJudgedBy));
        }
    }

    static void Change(ImagingStudy study, string which)
    {
        var series = study.Series[1];
        switch (which)
        {
            case "a part of an extension that is none":
                series.Extension.First(one => one.Extension.Count > 0).Extension.Add(new Extension { Url = "nothing", Value = new FhirString("x") });
                break;
            case "an extension twice":
                series.Extension.Add((Extension)series.Extension.First(one => one.Extension.Count > 0).DeepCopy());
                break;
            case "a quantity of another unit":
                foreach (var quantity in series.Extension.SelectMany(one => one.Extension).Select(part => part.Value).OfType<Quantity>()) quantity.Code = "km";
                break;
            case "a base rule broken":
                study.Started = "2024-02-30";
                break;
            case "an unknown extension":
                study.Extension.Add(new Extension("http://example.org/unknown", new FhirBoolean(true)));
                break;
            case "a contained resource":
                study.Contained.Add(new Device { Id = "d" });
                study.Series[0].Performer[0].Actor = new ResourceReference("#d");
                break;
        }
    }
}

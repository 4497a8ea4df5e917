using Dicom2Fhir.Mapping;

namespace Dicom2Fhir.UnitTests.Mapping;

public sealed class MappedStudyTests
{
    [Fact]
    public void Without_a_companion_nothing_refers_to_it_and_it_is_a_finding()
    {
        var mapped = Build.Map(
            Build.Instance("1.2.3.1", "1.1", (TagMap.Manufacturer, "A"), (TagMap.ManufacturerModelName, "B")),
            Build.Instance("1.2.3.2", "1.2", (TagMap.Manufacturer, "A"), (TagMap.ManufacturerModelName, "C")));
        var before = MappedJson.Write(mapped.Study);
        var gone = mapped.Devices[0];

        var without = mapped.Without([gone]);

        Assert.DoesNotContain(gone.Id!, MappedJson.Write(without.Study), StringComparison.Ordinal);
        Assert.Equal(mapped.Devices[1], Assert.Single(without.Devices));
        Assert.Single(without.Study.Series.SelectMany(series => series.Performer));
        Assert.Equal((Findings.Nonconformant, "Device/" + gone.Id), (without.Findings[^1].Code, without.Findings[^1].Where));
        Assert.Equal(before, MappedJson.Write(mapped.Study));
        Assert.Same(mapped, mapped.Without([]));
    }
}

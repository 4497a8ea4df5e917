using Dicom2Fhir.FhirFacade.Fhir;

namespace Dicom2Fhir.UnitTests.FhirFacade;

public sealed class PreferenceTests
{
    [Theory]
    [InlineData("handling=lenient", true)]
    [InlineData("handling=strict", false)]
    [InlineData("return=minimal, handling=strict", false)]
    [InlineData("respond-async; wait=10, Handling = \"lenient\"", true)]
    [InlineData("handling=strict, handling=lenient", false)]
    [InlineData("handling=nice", null)]
    [InlineData("return=minimal", null)]
    [InlineData("", null)]
    public void Handling_is_one_of_several_preferences(string header, bool? lenient) => Assert.Equal(lenient, Preference.Lenient(header));
}

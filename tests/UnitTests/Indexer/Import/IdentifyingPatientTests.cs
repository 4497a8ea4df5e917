using System.Text;
using Dicom2Fhir.Indexer;
using Dicom2Fhir.Indexer.Import;

namespace Dicom2Fhir.UnitTests.Indexer.Import;

/// <summary>Design decision 13: imports are stored as given, but no Patient who can be found by it.</summary>
public sealed class IdentifyingPatientTests
{
    [Theory]
    [InlineData("""{"resourceType":"Patient","id":"p","name":[{"family":"Müller"}]}""", "name")]
    [InlineData("""{"resourceType":"Patient","id":"p","name":[{"text":"Müller"}]}""", "name as text")]
    [InlineData("""{"resourceType":"Patient","id":"p","telecom":[{"system":"phone","value":"0221"}]}""", "telecom")]
    [InlineData("""{"resourceType":"Patient","id":"p","address":[{"city":"Köln"}]}""", "address")]
    [InlineData("""{"resourceType":"Patient","id":"p","photo":[{"url":"http://x/p.jpg"}]}""", "photo")]
    [InlineData("""{"resourceType":"Patient","id":"p","contact":[{"name":{"family":"Müller"}}]}""", "contact")]
    [InlineData("""{"resourceType":"ImagingStudy","id":"s","contained":[{"resourceType":"Patient","id":"p","name":[{"family":"Müller"}]}],"status":"available","subject":{"reference":"#p"}}""", "a contained one")]
    public void Is_refused_unless_the_setting_takes_it(string json, string reason)
    {
        var refused = Assert.IsType<ImportedResource.Turned>(Read(json, allowIdentifying: false));
        Assert.True((Outcomes.Quarantined, Reasons.Policy) == (refused.Outcome, refused.Reason), reason);
        Assert.DoesNotContain("Müller", refused.Text, StringComparison.Ordinal);
        Assert.IsType<ImportedResource.Accepted>(Read(json, allowIdentifying: true));
    }

    [Theory]
    [InlineData("""{"resourceType":"Patient","id":"p"}""")]
    [InlineData("""{"resourceType":"Patient","id":"p","identifier":[{"system":"urn:x","value":"psn"}],"gender":"female","birthDate":"1965"}""")]
    public void A_pseudonymised_one_is_taken(string json) => Assert.IsType<ImportedResource.Accepted>(Read(json, allowIdentifying: false));

    [Theory]
    [InlineData("""{"resourceType":"Patient","id":"p","birthDate":"Qxwörtz"}""")]
    [InlineData("""{"resourceType":"Patient","id":"p","gender":"Qxwörtz"}""")]
    [InlineData("""{"resourceType":"Patient","id":"p","Qxwörtz":1}""")]
    [InlineData("""{"resourceType":"Qxwörtz","id":"p"}""")]
    [InlineData("""{"resourceType":"Patient","id":"Qxwörtz","active":"Qxwörtz"}""")]
    [InlineData("""{"resourceType":"Patient","id":"p","multipleBirthInteger":"Qxwörtz"}""")]
    [InlineData("""Qxwörtz""")]
    public void What_is_wrong_is_said_without_the_value(string json)
    {
        var refused = Assert.IsType<ImportedResource.Turned>(Read(json, allowIdentifying: false));
        Assert.DoesNotContain("Qx", refused.Text, StringComparison.Ordinal);
    }

    static ImportedResource Read(string json, bool allowIdentifying) => ImportedResource.Read(new ImportItem("x", Encoding.UTF8.GetBytes(json)), allowIdentifying);
}

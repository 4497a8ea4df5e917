using Dicom2Fhir.FhirFacade.Fhir;
using Microsoft.Net.Http.Headers;

namespace Dicom2Fhir.UnitTests.FhirFacade;

public sealed class FormatsTests
{
    [Theory]
    [InlineData(null, "", Format.Json, "nothing said")]
    [InlineData(null, "*/*", Format.Json, "anything")]
    [InlineData(null, "application/*", Format.Json, "any application type")]
    [InlineData(null, "application/fhir+json", Format.Json, "portals")]
    [InlineData(null, "application/json", Format.Json, "plain JSON")]
    [InlineData(null, "application/fhir+json; fhirVersion=4.0", Format.Json, "with the version")]
    [InlineData(null, "application/fhir+xml", Format.Xml, "R clients")]
    [InlineData(null, "application/fhir+xml;q=1.0, application/fhir+json;q=0.9", Format.Xml, "the higher q")]
    [InlineData(null, "application/fhir+xml;q=0.5, application/fhir+json;q=0.9", Format.Json, "the higher q stands last")]
    [InlineData(null, "text/turtle, application/fhir+xml;q=0.1", Format.Xml, "the first that can be produced")]
    [InlineData(null, "text/html,application/xhtml+xml,*/*;q=0.8", Format.Json, "browsers")]
    [InlineData("json", "application/fhir+xml", Format.Json, "_format beats Accept")]
    [InlineData("xml", "", Format.Xml, "short word")]
    [InlineData("application/fhir xml", "", Format.Xml, "a plus that was read as a blank")]
    [InlineData("application/fhir+json;fhirVersion=4.0", "", Format.Json, "with the version")]
    [InlineData(null, "text/turtle", null, "cannot be produced")]
    [InlineData(null, "application/fhir+json;q=0", null, "not wanted")]
    [InlineData(null, "application/fhir+json; fhirVersion=5.0", null, "another version")]
    [InlineData(null, "application/fhir+json; fhirVersion=5.0, application/fhir+xml; fhirVersion=\"4.0\"", Format.Xml, "the version that is served")]
    [InlineData("application/fhir+json; fhirVersion=3.0", "", null, "another version by parameter")]
    [InlineData(null, "application/fhir+json;q=0, */*", Format.Xml, "anything but JSON")]
    [InlineData(null, "*/*, application/fhir+xml;q=0.2", Format.Json, "the specific range counts for XML, the wildcard for JSON")]
    [InlineData(null, "application/fhir+xml, application/fhir+json", Format.Xml, "the first of equals")]
    [InlineData(null, "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", Format.Xml, "browsers that name XML")]
    [InlineData("ttl", "*/*", null, "_format beats Accept, even when it cannot be produced")]
    public void Formats_are_negotiated(string? formatParameter, string accept, Format? expected, string reason) =>
        Assert.True((formatParameter is null ? Formats.Of(accept.Length == 0 ? [] : MediaTypeHeaderValue.ParseList([accept])) : Formats.Named(formatParameter)) == expected, reason);
}

using Dicom2Fhir.FhirFacade.Fhir;
using Microsoft.AspNetCore.Http;

namespace Dicom2Fhir.UnitTests.FhirFacade;

public sealed class ConditionsTests
{
    static readonly DateTimeOffset Modified = new(2024, 3, 5, 10, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("If-None-Match: W/\"3\"", true, "the version")]
    [InlineData("If-None-Match: \"3\"", true, "weak comparison (RFC 9110 13.1.2)")]
    [InlineData("If-None-Match: \"1\", W/\"3\"", true, "a list")]
    [InlineData("If-None-Match: *", true, "any")]
    [InlineData("If-None-Match: W/\"2\"", false, "another version")]
    [InlineData("If-Modified-Since: Tue, 05 Mar 2024 10:00:00 GMT", true, "not since")]
    [InlineData("If-Modified-Since: Tue, 05 Mar 2024 09:59:59 GMT", false, "since")]
    [InlineData("If-None-Match: W/\"2\"\nIf-Modified-Since: Tue, 05 Mar 2024 10:00:00 GMT", false, "the tag goes first")]
    [InlineData("If-None-Match: rubbish", false, "no tag")]
    [InlineData("If-Modified-Since: yesterday", false, "no date")]
    [InlineData("", false, "unconditional")]
    public void Conditions_of_a_request(string headers, bool notModified, string reason)
    {
        var context = new DefaultHttpContext();
        foreach (var header in headers.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            context.Request.Headers[header.Split(": ")[0]] = header.Split(": ", 2)[1];
        }

        Assert.True(Conditions.Of(context.Request).NotModified("W/\"3\"", Modified) == notModified, reason);
    }
}

using System.Text;
using Dicom2Fhir.FhirFacade.Fhir;

namespace Dicom2Fhir.UnitTests.FhirFacade;

public sealed class BatchRequestTests
{
    static readonly FhirCall Batch = new("POST", [], [KeyValuePair.Create("_format", "json")], new Uri("https://fhir.example/site/fhir")) { Lenient = true };

    [Theory]
    [InlineData("ImagingStudy?modality=CT", "ImagingStudy", "modality=CT")]
    [InlineData("/ImagingStudy?modality=http://x.example/a|CT,MR", "ImagingStudy", "modality=http://x.example/a|CT,MR")]
    [InlineData("https://fhir.example/site/fhir/ImagingStudy/a%2Db", "ImagingStudy/a-b", "")]
    [InlineData("https://fhir.example/site/fhir?_type=Device", "", "_type=Device")]
    [InlineData("metadata", "metadata", "")]
    [InlineData("ImagingStudy?identifier=urn:dicom:uid|urn:oid:1.2", "ImagingStudy", "identifier=urn:dicom:uid|urn:oid:1.2")]
    public void Urls_are_relative_or_below_the_base_and_not_always_encoded(string url, string path, string query)
    {
        var call = new BatchEntry("GET", url, "W/\"3\"").ToCall(Batch);
        Assert.Equal(path, string.Join('/', call.Segments));
        Assert.Equal(query, string.Join('&', call.Query.Select(pair => $"{pair.Key}={pair.Value}")));
        Assert.True(call is { Nested: true, Lenient: true, Method: "GET", Body.IsEmpty: true });
        Assert.True(call.Conditions.NotModified("W/\"3\"", null));
    }

    [Theory]
    [InlineData("GET", "https://elsewhere.example/fhir/ImagingStudy/a")]
    [InlineData("GET", "https://fhir.example/site/fhirother/ImagingStudy/a")]
    [InlineData("GET", "ImagingStudy?a=%zz")]
    [InlineData("", "ImagingStudy/a")]
    [InlineData("GET", "")]
    public void Entries_that_cannot_be_meant_are_400(string method, string url) =>
        Assert.Equal(400, Assert.Throws<FhirErrorException>(() => new BatchEntry(method, url, null).ToCall(Batch)).Errors[0].Status);

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("<Bundle/>")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("""{"resourceType":"Patient"}""")]
    [InlineData("""{"resourceType":"Bundle"}""")]
    [InlineData("""{"resourceType":"Bundle","type":"searchset"}""")]
    [InlineData("""{"resourceType":"Bundle","type":"batch","entry":{}}""")]
    [InlineData("""{"resourceType":"Bundle","type":"batch","entry":[{"request":{"method":"GET","url":"\ud800"}}]}""")]
    public void What_is_no_batch_is_400(string body) =>
        Assert.Equal(400, Assert.Throws<FhirErrorException>(() => BatchRequest.Read(Encoding.UTF8.GetBytes(body))).Errors[0].Status);

    [Fact]
    public void Deep_bodies_are_400() =>
        Assert.Contains("64", Assert.Throws<FhirErrorException>(() => BatchRequest.Read(Encoding.UTF8.GetBytes("{\"resourceType\":\"Bundle\",\"x\":" + new string('[', 10_000)))).Errors[0].Text, StringComparison.Ordinal);

    [Fact]
    public void Entries_keep_their_order_and_odd_ones_their_place()
    {
        var (isTransaction, entries) = BatchRequest.Read(Encoding.UTF8.GetBytes(
            "\ufeff" + """{"resourceType":"Bundle","type":"transaction","entry":[{"request":{"method":"GET","url":"a"}},{},7,{"request":{"method":"PUT","url":"b"}}]}"""));
        Assert.True(isTransaction);
        Assert.Equal(["a", "", "", "b"], entries.Select(entry => entry.Url));
        Assert.Equal([true, false, false, false], entries.Select(entry => entry.IsRead));
    }
}

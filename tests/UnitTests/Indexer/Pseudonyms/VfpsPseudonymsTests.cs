using Dicom2Fhir.Indexer.Pseudonyms;
using Microsoft.AspNetCore.Http;

namespace Dicom2Fhir.UnitTests.Indexer.Pseudonyms;

public sealed class VfpsPseudonymsTests : IAsyncLifetime
{
    FakeGateway gateway = null!;

    public async ValueTask InitializeAsync() => gateway = await FakeGateway.StartAsync();

    public async ValueTask DisposeAsync() => await gateway.DisposeAsync();

    [Fact]
    public async Task Each_patient_is_one_call_and_four_are_in_flight()
    {
        gateway.Answer = async (context, asked) =>
        {
            Assert.Equal("/fhir/gpas/$create-pseudonym", context.Request.Path);
            await Task.Delay(30);
            await FakeGateway.WriteAsync(context, [.. asked.Select(one => new { name = one.Name, valueString = one.Value }), new { name = "pseudonymValue", valueString = $"{asked[0].Value}-{asked[1].Value}" }]);
        };
        string[] ids = [.. Enumerable.Range('a', 20).Select(letter => ((char)letter).ToString())];
        Assert.Equal(ids.Select(id => "ns-" + id), (await Patients.AskAsync(Service(), ids)).Select(answer => answer.Pseudonym));
        Assert.Equal((20, 4), (gateway.Calls, gateway.MostInFlight));
    }

    [Theory]
    [InlineData("""{"resourceType":"Parameters","parameter":[{"name":"originalValue","valueString":"b"},{"name":"pseudonymValue","valueString":"p"}]}""", "the pseudonym service answered for another patient")]
    [InlineData("""{"resourceType":"Parameters","parameter":[{"name":"originalValue","valueString":"a"}]}""", "the pseudonym service left this patient out")]
    [InlineData("""{"resourceType":"Bundle"}""", "the answer of the pseudonym service is no FHIR Parameters")]
    public async Task What_is_no_pseudonym_is_trouble(string body, string trouble)
    {
        gateway.Answer = (context, _) => context.Response.WriteAsync(body);
        Assert.Equal([PseudonymAnswer.None(trouble)], await Patients.AskAsync(Service(), "a"));
    }

    VfpsPseudonyms Service() => new(new ServiceClient(new PseudonymOptions { Url = gateway.Url }, TimeProvider.System), "ns");
}

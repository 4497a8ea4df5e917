using System.Net;
using System.Text;
using System.Text.Json;
using Hl7.Fhir.Model;
using Hl7.Fhir.Serialization;

namespace Dicom2Fhir.PostgresTests.FhirFacade;

/// <summary>Requests as the portals write them, and their answers read by the strict parser.</summary>
static class Answers
{
    static readonly JsonSerializerOptions Strict = new JsonSerializerOptions().ForFhir(ModelInfo.ModelInspector).UsingMode(DeserializationMode.Strict);

    /// <summary>A form body that is not percent-encoded.</summary>
    public static async Task<HttpResponseMessage> PostRawAsync(this HttpClient client, string path, string body, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body, Encoding.UTF8, "application/x-www-form-urlencoded") };
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        return await client.SendAsync(request, TestContext.Current.CancellationToken);
    }

    public static async Task<HttpResponseMessage> SendAsync(this HttpClient client, string method, string path, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        return await client.SendAsync(request, TestContext.Current.CancellationToken);
    }

    public static async Task<T> AsAsync<T>(this HttpResponseMessage response, HttpStatusCode status = HttpStatusCode.OK)
        where T : Resource
    {
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(response.StatusCode == status, $"{(int)response.StatusCode}: {text}");
        Assert.Equal("application/fhir+json", response.Content.Headers.ContentType?.MediaType);
        return Read<T>(text);
    }

    public static T Read<T>(string text)
        where T : Resource => Assert.IsType<T>(JsonSerializer.Deserialize<Resource>(text, Strict));

    public static async Task<Bundle> SearchAsync(this HttpClient client, string path) =>
        await (await client.SendAsync("GET", path)).AsAsync<Bundle>();

    public static string? Next(this Bundle bundle) => bundle.Link.SingleOrDefault(link => link.Relation == "next")?.Url;

    public static IEnumerable<string> Ids(this Bundle bundle) => bundle.Entry.Select(entry => entry.Resource!.Id!);

    /// <summary>Follows the next links of a first page to the end.</summary>
    public static async Task<List<Bundle>> DrainAsync(this HttpClient client, Bundle first)
    {
        var pages = new List<Bundle> { first };
        while (pages[^1].Next() is { } next) pages.Add(await client.SearchAsync(next));
        return pages;
    }
}

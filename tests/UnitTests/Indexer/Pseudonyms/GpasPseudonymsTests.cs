using System.Globalization;
using System.Text;
using Dicom2Fhir.Indexer.Pseudonyms;
using Microsoft.AspNetCore.Http;

namespace Dicom2Fhir.UnitTests.Indexer.Pseudonyms;

public sealed class GpasPseudonymsTests : IAsyncLifetime
{
    FakeGateway gateway = null!;

    public async ValueTask InitializeAsync() => gateway = await FakeGateway.StartAsync();

    public async ValueTask DisposeAsync() => await gateway.DisposeAsync();

    [Fact]
    public async Task Answers_are_matched_by_original_and_not_by_position()
    {
        string path = "", targets = "";
        gateway.Answer = (context, asked) =>
        {
            (path, targets) = (context.Request.Path, string.Join(',', asked.Where(one => one.Name == "target").Select(one => one.Value)));
            return FakeGateway.WriteAsync(context, Originals(asked).Reverse().Select(original => FakeGateway.Pseudonym(original, "psn-" + original)));
        };
        Assert.Equal(["psn-a", "psn-b", "psn-c"], await PseudonymsAsync("a", "b", "c"));
        Assert.Equal(("/fhir/gpas/$pseudonymizeAllowCreate", "domain", 1), (path, targets, gateway.Calls));
    }

    [Fact]
    public async Task A_thousand_patients_are_ten_calls_with_four_in_flight()
    {
        gateway.Answer = async (context, asked) =>
        {
            Assert.Equal(100, Originals(asked).Count());
            await Task.Delay(50);
            await FakeGateway.WriteAsync(context, Originals(asked).Select(original => FakeGateway.Pseudonym(original, "psn-" + original)));
        };
        string[] ids = [.. Enumerable.Range(0, 1000).Select(i => i.ToString(CultureInfo.InvariantCulture))];
        Assert.Equal(ids.Select(id => "psn-" + id), await PseudonymsAsync(ids));
        Assert.Equal((10, 4), (gateway.Calls, gateway.MostInFlight));
    }

    public static TheoryData<string, string, string> Bad => new()
    {
        { """{"resourceType":"Parameters","parameter":[]}""", "the pseudonym service left this patient out", "fewer answers than asked" },
        { """{"resourceType":"OperationOutcome"}""", "the answer of the pseudonym service is no FHIR Parameters", "another resource" },
        { "[]", "the answer of the pseudonym service is no FHIR Parameters", "no object" },
        { """{"resourceType":7}""", "the answer of the pseudonym service is no FHIR Parameters", "a number for a name" },
        { "<html>", "the answer of the pseudonym service is no FHIR Parameters", "a login page" },
        { "", "the answer of the pseudonym service is no FHIR Parameters", "nothing" },
        { """{"resourceType":"Parameters","parameter":"x"}""", "the answer of the pseudonym service is no FHIR Parameters", "no list" },
        { """{"resourceType":"Parameters","parameter":[7,null,{"name":3},{"name":"pseudonym"},{"name":"pseudonym","part":{}},{"name":"pseudonym","part":[1]}]}""", "the pseudonym service left this patient out", "parts that are none" },
        { """{"resourceType":"Parameters","parameter":[{"name":"a","valueString":"psn"}]}""", "the pseudonym service left this patient out", "the shape of the oldest gateways" },
        { """{"resourceType":"Parameters","parameter":[{"name":"pseudonym","part":[{"name":"original","valueString":"a"},{"name":"pseudonym","valueString":"\ud800"}]}]}""", "the pseudonym service left this patient out", "half a surrogate pair" },
        { """{"resourceType":"Parameters","parameter":[{"name":"pseudonym","part":[{"name":"original","valueString":"a"},{"name":"pseudonym","valueString":"p1"}]},{"name":"pseudonym","part":[{"name":"original","valueString":"a"},{"name":"pseudonym","valueString":"p2"}]}]}""", "the pseudonym service gave one patient several pseudonyms", "two answers" },
        { """{"resourceType":"Parameters","parameter":[{"name":"pseudonym","part":[{"name":"target","valueString":"other"},{"name":"original","valueString":"a"},{"name":"pseudonym","valueString":"p1"}]}]}""", "the pseudonym service left this patient out", "of another domain" },
        { """{"resourceType":"Parameters","parameter":[{"name":"pseudonym","part":[{"name":"original","valueString":"a"},{"name":"pseudonym","valueString":"A"}]}]}""", "the pseudonym is the Patient ID itself", "the original back" },
    };

    [Theory]
    [MemberData(nameof(Bad))]
    public async Task What_is_no_pseudonym_is_trouble(string body, string trouble, string reason)
    {
        gateway.Answer = (context, _) => context.Response.WriteAsync(body);
        Assert.True(trouble == await TroubleAsync(), reason);
    }

    [Theory]
    [InlineData(401, "the pseudonym service answers 401: check Pseudonyms__User and Pseudonyms__Password, or Pseudonyms__Token", 1)]
    [InlineData(404, "the pseudonym service answers 404: check Pseudonyms__Url and Pseudonyms__Domain", 1)]
    [InlineData(302, "the pseudonym service answers 302: check Pseudonyms__Url and Pseudonyms__Domain", 1)]
    [InlineData(422, "the pseudonym service answers 422: check Pseudonyms__Url and Pseudonyms__Domain", 1)]
    [InlineData(500, "the pseudonym service answers 500", 3)]
    [InlineData(503, "the pseudonym service answers 503", 3)]
    [InlineData(429, "the pseudonym service answers 429", 3)]
    public async Task A_status_is_named_and_only_passing_ones_are_tried_again(int status, string trouble, int calls)
    {
        gateway.Answer = (context, _) =>
        {
            context.Response.Headers.Location = "/elsewhere";
            return FakeGateway.RefuseAsync(context, status);
        };
        Assert.Equal(trouble, await TroubleAsync());
        Assert.Equal(calls, gateway.Calls);
    }

    [Fact]
    public async Task A_service_that_recovers_is_found_by_the_next_try()
    {
        gateway.Answer = (context, asked) => gateway.Calls < 3 ? FakeGateway.RefuseAsync(context, 503) : FakeGateway.WriteAsync(context, [FakeGateway.Pseudonym("a", "psn-a")]);
        Assert.Equal(["psn-a"], await PseudonymsAsync("a"));
    }

    [Fact]
    public async Task A_service_that_hangs_is_given_up()
    {
        gateway.Answer = (context, _) => Task.Delay(Timeout.Infinite, context.RequestAborted);
        Assert.Equal("the pseudonym service did not answer within 1 s", await TroubleAsync());
    }

    [Fact]
    public async Task An_endless_answer_is_cut_off()
    {
        gateway.Answer = async (context, _) =>
        {
            var block = new byte[1024 * 1024];
            for (var i = 0; i < 20; i++) await context.Response.Body.WriteAsync(block);
        };
        Assert.StartsWith("the pseudonym service does not answer (", await TroubleAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_service_that_is_down_is_spared_for_a_while_and_asked_again()
    {
        var time = new ManualTime();
        using var service = Service(options => options, time);
        gateway.Answer = (context, _) => FakeGateway.RefuseAsync(context, 503);
        for (var i = 0; i < 5; i++) await Patients.AskAsync(service, "a");
        Assert.Equal(15, gateway.Calls);
        Assert.Equal("the pseudonym service was down before and is not asked for half a minute", (await Patients.AskAsync(service, "a"))[0].Trouble);
        Assert.Equal(15, gateway.Calls);

        gateway.Answer = (context, _) => FakeGateway.WriteAsync(context, [FakeGateway.Pseudonym("a", "psn-a")]);
        time.Advance(TimeSpan.FromSeconds(31));
        Assert.Equal("psn-a", (await Patients.AskAsync(service, "a"))[0].Pseudonym);
        Assert.Equal("psn-a", (await Patients.AskAsync(service, "a"))[0].Pseudonym);
    }

    [Theory]
    [InlineData("/fhir/gpas/metadata", 200, """{"resourceType":"CapabilityStatement","rest":[{"operation":[{"name":"pseudonymize-allow-create"}]}]}""", true)]
    [InlineData("/fhir/gpas/metadata", 200, """{"resourceType":"CapabilityStatement","rest":[{"operation":[{"name":"pseudonymizeAllowCreate"},{"name":"pseudonymize-allow-create"}]}]}""", false)]
    [InlineData("/fhir/gpas/$pseudonymize-allow-create", 400, "", true)]
    [InlineData("/fhir/gpas/$pseudonymize-allow-create", 405, "", true)]
    [InlineData("/fhir/gpas/other", 200, "", false)]
    public async Task An_older_gateway_is_recognised_and_named(string path, int status, string text, bool old)
    {
        gateway.Gets[path] = (status, text);
        gateway.Answer = (context, _) => FakeGateway.RefuseAsync(context, 404);
        Assert.Equal(
            old ? "the gateway is older than the operation $pseudonymizeAllowCreate (it has $pseudonymize-allow-create of TTP-FHIR 1.10.2 and before): update it"
                : "the pseudonym service answers 404: check Pseudonyms__Url and Pseudonyms__Domain",
            await TroubleAsync());
    }

    [Fact]
    public async Task Nobody_listens()
    {
        var url = gateway.Url;
        await gateway.DisposeAsync();
        using var service = Service(options => options with { Url = url });
        Assert.Equal("the pseudonym service does not answer (ConnectionError)", (await Patients.AskAsync(service, "a"))[0].Trouble);
    }

    [Fact]
    public async Task It_says_who_it_is()
    {
        gateway.Answer = (context, _) => FakeGateway.WriteAsync(context, [FakeGateway.Pseudonym("a", "psn-a")]);
        using (var basic = Service(options => options with { User = "u", Password = Secret.Of("x", "pä", null) })) await Patients.AskAsync(basic, "a");
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, "tok1\n", Patients.Cancelled);
        using (var bearer = Service(options => options with { Token = Secret.Of("x", null, file) }))
        {
            await Patients.AskAsync(bearer, "a");
            await File.WriteAllTextAsync(file, "tok2\n", Patients.Cancelled);
            await Patients.AskAsync(bearer, "a");
        }

        File.Delete(file);
        Assert.Equal(
            new[] { "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes("u:pä")), "Bearer tok1", "Bearer tok2" }.Order(StringComparer.Ordinal),
            gateway.Authorizations.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("a\nb", "two lines")]
    [InlineData(null, "gone")]
    public async Task A_token_that_cannot_be_sent_is_trouble_and_not_shown(string? token, string reason)
    {
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, "tok", Patients.Cancelled);
        using var service = Service(options => options with { Token = Secret.Of("x", null, file) });
        if (token is null) File.Delete(file);
        else await File.WriteAllTextAsync(file, token, Patients.Cancelled);
        var answer = (await Patients.AskAsync(service, "a"))[0];
        File.Delete(file);
        Assert.True(answer.Trouble == "the file with the password or token of the pseudonym service cannot be used", reason);
        Assert.Equal(0, gateway.Calls);
    }

    [Fact]
    public async Task Stopping_stops_it()
    {
        gateway.Answer = (context, _) => Task.Delay(Timeout.Infinite, context.RequestAborted);
        using var service = Service(options => options with { Timeout = TimeSpan.FromSeconds(60) });
        using var stop = new CancellationTokenSource(200);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => service.FindAsync([new PatientKey("", "a")], stop.Token));
    }

    static IEnumerable<string> Originals(IEnumerable<(string Name, string Value)> asked) => asked.Where(one => one.Name == "original").Select(one => one.Value);

    async Task<IEnumerable<string?>> PseudonymsAsync(params string[] ids)
    {
        using var service = Service(options => options with { Timeout = TimeSpan.FromSeconds(30) });
        return (await Patients.AskAsync(service, ids)).Select(answer => answer.Pseudonym);
    }

    async Task<string?> TroubleAsync()
    {
        using var service = Service(options => options);
        var patient = new PatientKey("", "a");
        var answer = (await new PatientPseudonyms(service, IssuerRule.Own([])).FindAsync([patient], Patients.Cancelled))[patient];
        Assert.Null(answer.Pseudonym);
        return answer.Trouble;
    }

    GpasPseudonyms Service(Func<PseudonymOptions, PseudonymOptions> change, TimeProvider? time = null) =>
        new(new ServiceClient(change(new PseudonymOptions { Url = gateway.Url, Timeout = TimeSpan.FromSeconds(1) }), time ?? new ManualTime()), "domain");

    /// <summary>Measures time as it is told; waits pass at once.</summary>
    sealed class ManualTime : TimeProvider
    {
        long now;

        public void Advance(TimeSpan by) => now += by.Ticks;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => now;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => base.CreateTimer(callback, state, TimeSpan.Zero, period);
    }
}

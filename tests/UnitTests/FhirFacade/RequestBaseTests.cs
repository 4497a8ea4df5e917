using System.Net;
using Dicom2Fhir.FhirFacade;
using Dicom2Fhir.FhirFacade.Fhir;
using Microsoft.AspNetCore.Http;

namespace Dicom2Fhir.UnitTests.FhirFacade;

public sealed class RequestBaseTests
{
    [Theory]
    [InlineData("", "http://fhir-server:8080/fhir", "the request's own host")]
    [InlineData("X-Forwarded-Proto: https", "https://fhir-server:8080/fhir", "proto alone")]
    [InlineData("X-Forwarded-Proto: https,http", "https://fhir-server:8080/fhir", "a chain of proxies: the client's side comes first")]
    [InlineData("X-Forwarded-Host: a.example", "http://a.example/fhir", "host alone")]
    [InlineData("X-Forwarded-Host: a.example, b", "http://a.example/fhir", "host twice")]
    [InlineData("X-Forwarded-Proto: https\nX-Forwarded-Host: a.example\nX-Forwarded-Port: 443", "https://a.example/fhir", "the standard port is left out")]
    [InlineData("X-Forwarded-Proto: https\nX-Forwarded-Host: a.example\nX-Forwarded-Port: 444", "https://a.example:444/fhir", "another port is not")]
    [InlineData("X-Forwarded-Proto: https\nX-Forwarded-Host: a.example:444\nX-Forwarded-Port: 444", "https://a.example:444/fhir", "the host names its port")]
    [InlineData("X-Forwarded-Proto: https\nX-Forwarded-Host: [::1]\nX-Forwarded-Port: 444", "https://[::1]:444/fhir", "IPv6")]
    [InlineData("X-Forwarded-Host: a.example\nX-Forwarded-Prefix: /site/", "http://a.example/site/fhir", "prefix")]
    [InlineData("Forwarded: proto=https;host=\"a.example:444\";for=1.2.3.4, for=10.0.0.1", "https://a.example:444/fhir", "RFC 7239")]
    [InlineData("Forwarded: Proto=https;Host=a.example\nX-Forwarded-Host: b.example", "https://a.example/fhir", "Forwarded goes before")]
    [InlineData("X-Forwarded-Proto: javascript", "http://fhir-server:8080/fhir", "no such scheme")]
    [InlineData("X-Forwarded-Prefix: evil.example", "http://fhir-server:8080/fhir", "no path")]
    public void Links_start_with_what_the_client_sees(string headers, string expected, string reason) =>
        Assert.True(Of(headers, "10.1.2.3") == expected, $"{reason}: {Of(headers, "10.1.2.3")}");

    [Theory]
    [InlineData("8.8.8.8")]
    [InlineData("2001:db8::1")]
    [InlineData(null)]
    public void Headers_of_other_peers_are_ignored(string? peer) =>
        Assert.Equal("http://fhir-server:8080/fhir", Of("X-Forwarded-Proto: https\nX-Forwarded-Host: a.example", peer));

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    [InlineData("::ffff:192.168.1.2")]
    [InlineData("172.16.0.9")]
    [InlineData("fd00::2")]
    public void Loopback_and_private_peers_are_trusted(string peer) => Assert.Equal("http://a.example/fhir", Of("X-Forwarded-Host: a.example", peer));

    [Fact]
    public void The_networks_named_replace_the_standard_ones()
    {
        var options = new FacadeOptions { Trusted = [IPNetwork.Parse("203.0.113.0/24")] };
        Assert.Equal("http://a.example/fhir", Of("X-Forwarded-Host: a.example", "203.0.113.7", options));
        Assert.Equal("http://fhir-server:8080/fhir", Of("X-Forwarded-Host: a.example", "10.0.0.1", options));
    }

    [Theory]
    [InlineData("https://fhir.example/base", "https://fhir.example/base")]
    [InlineData("https://fhir.example", "https://fhir.example")]
    public void The_setting_wins(string setting, string expected) =>
        Assert.Equal(expected, Of("X-Forwarded-Host: a.example", "10.0.0.1", new FacadeOptions { PublicBaseUrl = new Uri(setting) }));

    [Theory]
    [InlineData("a.example/x")]
    [InlineData("a.example?x=")]
    [InlineData("user@a.example")]
    [InlineData("a b")]
    public void What_is_no_host_is_400(string host) =>
        Assert.Equal(400, Assert.Throws<FhirErrorException>(() => Of("X-Forwarded-Host: " + host, "10.0.0.1")).Errors[0].Status);

    [Theory]
    [InlineData("127.0.0.1", "http://127.0.0.1:8080/fhir")]
    [InlineData("0.0.0.0", "http://127.0.0.1:8080/fhir")]
    [InlineData("::", "http://[::1]:8080/fhir")]
    public void The_ready_line_names_an_address_that_can_be_opened(string listen, string expected) =>
        Assert.Equal(expected, RequestBase.Of(new FacadeOptions { Listen = IPAddress.Parse(listen) }));

    static string Of(string headers, string? peer, FacadeOptions? options = null)
    {
        var context = new DefaultHttpContext();
        context.Request.Scheme = "http";
        context.Request.Host = new HostString("fhir-server:8080");
        context.Connection.RemoteIpAddress = peer is null ? null : IPAddress.Parse(peer);
        foreach (var header in headers.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = header.Split(": ", 2);
            context.Request.Headers[parts[0]] = parts[1];
        }

        return RequestBase.Text(RequestBase.Of(context, options ?? new FacadeOptions()));
    }
}

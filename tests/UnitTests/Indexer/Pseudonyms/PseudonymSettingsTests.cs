using Dicom2Fhir.Indexer;
using Dicom2Fhir.Indexer.Pseudonyms;
using Microsoft.Extensions.Configuration;

namespace Dicom2Fhir.UnitTests.Indexer.Pseudonyms;

public sealed class PseudonymSettingsTests
{
    [Theory]
    [InlineData("Strategy=magic", "The setting Pseudonyms__Strategy is 'magic', it must be hmac, sha256, file, gpas or vfps.")]
    [InlineData("Strategy=1", "The setting Pseudonyms__Strategy is '1', it must be hmac, sha256, file, gpas or vfps.")]
    [InlineData("Strategy=sha256", "Pseudonyms__Strategy=sha256 needs Pseudonyms__System: the identifier system of the Patient IDs.")]
    [InlineData("Strategy=file", "Pseudonyms__Strategy=file needs Pseudonyms__File: a CSV of original and pseudonym.")]
    [InlineData("Strategy=gpas", "Pseudonyms__Strategy=gpas needs Pseudonyms__Url: the FHIR base of the service.")]
    [InlineData("Strategy=gpas Url=http://x/y", "Pseudonyms__Strategy=gpas needs Pseudonyms__Domain: the domain.")]
    [InlineData("Strategy=vfps Url=http://x/y", "Pseudonyms__Strategy=vfps needs Pseudonyms__Domain: the namespace.")]
    [InlineData("Strategy=gpas Url=gpas:8080 Domain=d", "Pseudonyms__Url must be an http or https URL without user, query and fragment; the user goes into Pseudonyms__User.")]
    [InlineData("Strategy=gpas Url=http://u:p@x/y Domain=d", "Pseudonyms__Url must be an http or https URL without user, query and fragment; the user goes into Pseudonyms__User.")]
    [InlineData("Strategy=gpas Url=http://x/y Domain=d User=u", "Pseudonyms__User and Pseudonyms__Password belong together: give both or neither.")]
    [InlineData("Strategy=gpas Url=http://x/y Domain=d User=u Password=p Token=t", "Pseudonyms__User and Pseudonyms__Token are both given: a service takes one.")]
    [InlineData("Strategy=gpas Url=http://x/y Domain=d Password=p PasswordFile=/p", "Pseudonyms__Password and Pseudonyms__PasswordFile are both given: give one.")]
    [InlineData("Timeout=0", "The setting Pseudonyms__Timeout is '0', it must be 1 to 300 seconds.")]
    public void What_cannot_be_is_one_sentence(string settings, string sentence) =>
        Assert.Equal(sentence, Assert.Throws<SettingException>(() => PseudonymSettings.Read(Of(settings))).Message);

    [Fact]
    public void What_is_needed_is_read()
    {
        var options = PseudonymSettings.Read(Of("Strategy=GPAS Url=https://host/ttp-fhir/fhir/gpas/ Domain=d User=u Password=p Issuers=KIS,B Timeout=3"));
        Assert.Equal((PseudonymStrategy.Gpas, "https://host/ttp-fhir/fhir/gpas", "d", "u", "p", 3), (options.Strategy, options.Url!.ToString(), options.Domain, options.User, options.Password!.Read(), options.Timeout.TotalSeconds));
        Assert.Equal(["KIS", "B"], options.Issuers);
        Assert.Equal("***", options.Password.ToString());
        Assert.Equal(PseudonymStrategy.Hmac, PseudonymSettings.Read(Of("")).Strategy);
    }

    static IConfiguration Of(string settings) => new ConfigurationBuilder().AddInMemoryCollection(
        settings.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(pair => pair.Split('=', 2)).Select(pair => KeyValuePair.Create("Pseudonyms:" + pair[0], (string?)pair[1]))).Build();
}
